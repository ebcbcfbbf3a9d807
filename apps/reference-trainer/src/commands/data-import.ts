import { existsSync } from 'node:fs';
import { buildMazeDataset, buildSudokuDataset, type PuzzleDataset } from '@hrm/data-sudoku-maze';
import { type PuzzleTable, readMazeCsv, readPuzzleLines, readSudokuCsv } from '@hrm/data-sudoku-maze/files';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, integer, text } from '../command-line/options';
import { countPuzzles, expectNoPuzzles, writePuzzles } from '../run/run-puzzles';
import { finishBeforeStopping } from '../run/stop-signals';
import { jsonOption } from '../terminal/backend-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm data import`. */
const dataImportOptions = z.strictObject({
  task: choice('sudoku or maze', ['sudoku', 'maze']),
  train: text('Puzzles to learn from: the official CSV, or one Sudoku a line', {
    value: 'file',
    expected: 'a file of puzzles',
  }),
  test: text('Puzzles held out', { value: 'file', expected: 'a file of puzzles' }),
  augmentations: integer('Sudoku: equals of each puzzle to add; mazes: any number adds all rotations and mirrors', {
    least: 0,
  }).default(0),
  check: choice('Sudoku rows: format, answer or unique', ['format', 'answer', 'unique'], 'how').default('answer'),
  limit: count('Keep the first so many puzzles of each file').optional(),
  seed: integer('Seed of the augmentations').default(0),
  out: text('Folder for the puzzles', { value: 'folder', expected: 'a folder for the puzzles' }),
  json: jsonOption,
});

type Options = z.infer<typeof dataImportOptions>;

async function readPuzzles(
  path: string,
  flag: string,
  options: Options,
  augmentations: number,
): Promise<PuzzleDataset> {
  if (!existsSync(path)) throw new UsageError(`--${flag}: there is no file ${path}`);
  const limited = <T>(puzzles: PuzzleTable<T>) => puzzles.slice(0, options.limit);
  if (options.task === 'maze') {
    return buildMazeDataset(limited(await readMazeCsv(path)), { dihedral: augmentations > 0 });
  }
  const puzzles = path.endsWith('.csv')
    ? await readSudokuCsv(path, { verify: options.check })
    : await readPuzzleLines(path);
  return buildSudokuDataset(limited(puzzles), { augmentations, seed: options.seed });
}

/** `hrm data import --task sudoku --train FILE --test FILE --out DIR`. */
async function dataImport(options: Options): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out } = options;
  expectNoPuzzles(out);
  const started = performance.now();
  const train = await readPuzzles(options.train, 'train', options, options.augmentations);
  const test = await readPuzzles(options.test, 'test', options, 0);
  if (train.metadata.seqLen !== test.metadata.seqLen) {
    throw new UsageError(
      `--test: its puzzles have ${test.metadata.seqLen} cells, those of --train ${train.metadata.seqLen}; they must be of one size`,
    );
  }
  await finishBeforeStopping(() => writePuzzles(out, { train, test }));
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${countPuzzles(train)} examples to learn from and ${countPuzzles(test)} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  terminal.result({ out, train: countPuzzles(train), test: countPuzzles(test), seconds });
}

export const dataImportCommand = defineCommand({
  name: 'data import',
  summary: 'Turn files of puzzles into a data set',
  options: dataImportOptions,
  examples: ['hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku'],
  run: dataImport,
});
