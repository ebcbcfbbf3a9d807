import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether a word needs no quotes in a shell. */
const isPlain = (word: string) => /^[\w@%+=:,./-]+$/.test(word);

/** A word as a shell takes it. */
export const quoted = (word: string) => (isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/**
 * Whether `npx` finds a program in this folder or a parent. Elsewhere it would download an unrelated package of that
 * name.
 */
function isFoundByNpx(program: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules/.bin', program))) return true;
  return dirname(folder) !== folder && isFoundByNpx(program, dirname(folder));
}

/** What calls a program from the current folder. */
function callOf(program: string): string {
  if (isFoundByNpx(program, process.cwd())) return `npx ${program}`;
  // `npx @hrm/cli` runs what it keeps in a folder of its own, and puts no `hrm` anywhere else.
  const isFromNpx = program === 'hrm' && /[\\/]_npx[\\/]/.test(process.argv[1] ?? '');
  return isFromNpx ? 'npx @hrm/cli' : program;
}

/**
 * A command that a person can copy into a shell: `npx hrm ...` in a clone and in a project that has installed it, `npx
 * @hrm/cli ...` where it was called by that, `hrm ...` elsewhere. Words with spaces are quoted.
 *
 * @param words such as `'solve', '--run', folder`.
 */
export const printedCommandOf = (program: string, ...words: readonly string[]): string =>
  [callOf(program), ...words.map(quoted)].join(' ');

/** A command of `hrm`, see {@link printedCommandOf}. */
export const printedCommand = (...words: readonly string[]): string => printedCommandOf('hrm', ...words);

/** Adds `npx` to the commands in backticks of a message, such as `hrm setup`, where it is needed. */
export const withPrintedCommands = (message: string): string =>
  message.replace(/`(hrm(?:-lab)?) /g, (_, program: string) => `\`${printedCommandOf(program)} `);
