import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether a shell takes a word as it is. */
const isPlain = (word: string) => /^[\w@%+=:,./-]+$/.test(word);

const quoted = (word: string) => (isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Whether `npx` finds the command in this folder or one around it. Elsewhere it would fetch a stranger's package of that name. */
function isFoundByNpx(folder: string): boolean {
  if (existsSync(join(folder, 'node_modules/.bin/hrm'))) return true;
  return dirname(folder) !== folder && isFoundByNpx(dirname(folder));
}

/**
 * A command of `hrm` for a person to copy into a shell: `npx hrm ...` in a clone and in a project that has installed it,
 * `hrm ...` elsewhere. Words with spaces are quoted.
 *
 * @param words such as `'solve', '--run', folder`.
 */
export const printedCommand = (...words: readonly string[]) =>
  [...(isFoundByNpx(process.cwd()) ? ['npx'] : []), 'hrm', ...words.map(quoted)].join(' ');

/** A message with its commands, such as `hrm setup` in backticks, as they run here. */
export const withPrintedCommands = (message: string) => message.replaceAll('`hrm ', `\`${printedCommand()} `);
