import { z } from 'zod';
import { choice, count, integer, text } from '../command-line/options';
import { jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { UsageError } from '../command-line/usage-error';

/** The tasks whose puzzles are read from files. */
const IMPORTED_TASKS = ['tokens', 'grid', 'sudoku', 'maze', 'arc'] as const;

/** Options of `hrm data import`. */
export const dataImportOptions = z.strictObject({
  task: choice('tokens: sequences of any kind; grid: colored grids; sudoku; maze; arc', IMPORTED_TASKS),
  train: text(
    'Training puzzles: a file of JSONL, CSV, TSV or Parquet; Sudokus and mazes as CSV, Sudokus also as text; ARC: a folder of tasks, or a file of challenges',
    { value: 'file', expected: 'a file of puzzles' },
  ),
  test: text('Held-out puzzles', { value: 'file', expected: 'a file of puzzles' }),
  format: choice('tokens, grid: the format of both files; default: by their names', [
    'jsonl',
    'csv',
    'tsv',
    'parquet',
  ]).optional(),
  inputColumn: text('tokens, grid: the column of questions; default: input', { value: 'name' }).optional(),
  outputColumn: text('tokens, grid: the column of answers; default: output', { value: 'name' }).optional(),
  idColumn: text('tokens, grid: the column of ids; default: id. Examples of one id are variants of one puzzle', {
    value: 'name',
  }).optional(),
  alphabet: text('tokens: all characters, or all words, of the text; default: those found').optional(),
  separator: text(
    'tokens: what separates the words of the text, such as " " or ","; default: nothing, for characters',
  ).optional(),
  augmentations: integer(
    'Sudoku, ARC: equivalent puzzles to add for each one; mazes: any number adds all rotations and reflections',
    { least: 0 },
  ).default(0),
  check: choice(
    'Sudoku: what to check of each row: format, answer or unique',
    ['format', 'answer', 'unique'],
    'how',
  ).default('answer'),
  minRating: integer('Keep only puzzles whose column "rating" has at least this number, in both files').optional(),
  subsample: count('Training puzzles to keep, chosen at random by the seed; all held-out puzzles stay').optional(),
  limit: count('Puzzles to read at most from each of the two files').optional(),
  overlap: choice(
    'count: count the held-out puzzles that equal a training puzzle up to symmetry; skip: do not',
    ['count', 'skip'],
    'how',
  ).default('count'),
  seed: integer('Seed of the subsample and the augmentations').default(0),
  out: puzzlesOutOption,
  json: jsonOption,
});

/** The values of these options. */
export type ImportOptions = z.infer<typeof dataImportOptions>;

/** Options that only some tasks have. */
const TASKS_OF_OPTIONS = {
  format: ['tokens', 'grid'],
  inputColumn: ['tokens', 'grid'],
  outputColumn: ['tokens', 'grid'],
  idColumn: ['tokens', 'grid'],
  alphabet: ['tokens'],
  separator: ['tokens'],
  minRating: ['sudoku', 'maze', 'tokens', 'grid'],
} as const;

/** @throws UsageError if an option is given that the task does not have. */
export function expectOptionsOfTask(options: ImportOptions): void {
  for (const [name, tasks] of Object.entries(TASKS_OF_OPTIONS)) {
    if (options[name as keyof ImportOptions] === undefined || tasks.some((task) => task === options.task)) continue;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag}: is for --task ${tasks.join(', --task ')}`);
  }
  if (options.augmentations > 0 && (options.task === 'tokens' || options.task === 'grid')) {
    throw new UsageError('--augmentations: is for --task sudoku, --task maze, --task arc');
  }
}
