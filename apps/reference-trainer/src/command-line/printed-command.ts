import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether a shell takes a word as it is. */
const isPlain = (word: string) => /^[\w@%+=:,./-]+$/.test(word);

const quoted = (word: string) => (isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Whether `npx` finds a program in this folder or one around it. Elsewhere it would fetch a stranger's package of that name. */
function isFoundByNpx(program: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules/.bin', program))) return true;
  return dirname(folder) !== folder && isFoundByNpx(program, dirname(folder));
}

/**
 * A command of a program for a person to copy into a shell: `npx hrm ...` in a clone and in a project that has installed it,
 * `hrm ...` elsewhere. Words with spaces are quoted.
 *
 * @param words such as `'solve', '--run', folder`.
 */
export const printedCommandOf = (program: string, ...words: readonly string[]): string =>
  [...(isFoundByNpx(program, process.cwd()) ? ['npx'] : []), program, ...words.map(quoted)].join(' ');

/** A command of `hrm`, see {@link printedCommandOf}. */
export const printedCommand = (...words: readonly string[]): string => printedCommandOf('hrm', ...words);

/** A message with its commands, such as `hrm setup` in backticks, as they run here. */
export const withPrintedCommands = (message: string): string =>
  message.replace(/`(hrm(?:-lab)?) /g, (_, program: string) => `\`${printedCommandOf(program)} `);
