import { existsSync } from 'node:fs';
import { buildMazeDataset, buildSudokuDataset, type PuzzleDataset } from '@hrm/data-sudoku-maze';
import { type PuzzleTable, readMazeCsv, readPuzzleLines, readSudokuCsv } from '@hrm/data-sudoku-maze/files';
import { z } from 'zod';
import { countPuzzles, writePuzzles } from '../run/run-puzzles';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';
import { UsageError } from '../terminal/usage-error';
import { expectNoPuzzles } from './data-generate';

/** Options of `hrm data import`. */
export const dataImportOptions = z.strictObject({
  task: z.enum(['sudoku', 'maze']),
  train: textOption('expected a file of puzzles'),
  test: textOption('expected a file of puzzles'),
  out: textOption('expected a folder for the puzzles'),
  augmentations: z.int().min(0).default(0),
  check: z.enum(['format', 'answer', 'unique']).default('answer'),
  limit: z.int().min(1).optional(),
  seed: z.int().default(0),
  json: z.boolean().default(false),
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
export async function dataImport(options: Options): Promise<void> {
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
  await writePuzzles(out, { train, test });
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${countPuzzles(train)} examples to learn from and ${countPuzzles(test)} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  terminal.result({ out, train: countPuzzles(train), test: countPuzzles(test), seconds });
}
