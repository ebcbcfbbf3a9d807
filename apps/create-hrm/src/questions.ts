import type { Readable, Writable } from 'node:stream';
import { intro, isCancel, select, text } from '@clack/prompts';
import { templates, type TemplateName } from './templates';

/** Where questions are shown and answered. Default: the terminal. */
export interface Streams {
  input?: Readable;
  output?: Writable;
}

/** Asks for the folder, until one is usable. @returns undefined after Ctrl-C. */
export async function askFolder(
  suggestion: string,
  expectUsable: (folder: string) => void,
  streams: Streams,
): Promise<string | undefined> {
  const answer = await text({
    message: 'In which folder?',
    placeholder: suggestion,
    defaultValue: suggestion,
    validate(value) {
      try {
        expectUsable(value?.trim() || suggestion);
      } catch (error) {
        return (error as Error).message;
      }
    },
    ...streams,
  });
  return isCancel(answer) ? undefined : answer.trim() || suggestion;
}

/** Asks for the template. @returns undefined after Ctrl-C. */
export async function askTemplate(streams: Streams): Promise<TemplateName | undefined> {
  const answer = await select({
    message: 'What do you want to make?',
    options: templates.map(({ name, title, hint }) => ({ value: name as TemplateName, label: title, hint })),
    ...streams,
  });
  return isCancel(answer) ? undefined : answer;
}

export function greet(streams: Streams): void {
  intro('A new project with HRM', streams);
}
