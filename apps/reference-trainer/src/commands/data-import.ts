import { existsSync } from 'node:fs';
import { countEqualPuzzles, type PuzzleDataset } from '@hrm/data';
import {
  buildMazeDataset,
  buildSudokuDataset,
  mazeClass,
  type MazePuzzle,
  sudokuClass,
  type SudokuPuzzle,
} from '@hrm/data-sudoku-maze';
import { type PuzzleTable, readMazeCsv, readPuzzleLines, readSudokuCsv } from '@hrm/data-sudoku-maze/files';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, integer, text } from '../command-line/options';
import { countPuzzles, expectNoPuzzles, writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { finishBeforeStopping } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import { jsonOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm data import`. */
const dataImportOptions = z.strictObject({
  task: choice('sudoku or maze', ['sudoku', 'maze']),
  train: text('Puzzles to learn from: a CSV file, or Sudokus as text', {
    value: 'file',
    expected: 'a file of puzzles',
  }),
  test: text('Puzzles held out', { value: 'file', expected: 'a file of puzzles' }),
  augmentations: integer('Sudoku: equals of each puzzle to add; mazes: any number adds all rotations and mirrors', {
    least: 0,
  }).default(0),
  check: choice('Sudoku rows: format, answer or unique', ['format', 'answer', 'unique'], 'how').default('answer'),
  subsample: count('Keep so many of the puzzles to learn from, chosen at random by the seed; all held out').optional(),
  limit: count('Read no more than the first so many puzzles of each file, of --test as of --train').optional(),
  overlap: choice(
    'count: tell how many held-out puzzles equal one to learn from, up to symmetry; skip: do not look',
    ['count', 'skip'],
    'how',
  ).default('count'),
  seed: integer('Seed of the subsample and of the augmentations').default(0),
  out: text('Folder for the puzzles', { value: 'folder', expected: 'a folder for the puzzles' }),
  json: jsonOption,
});

type Options = z.infer<typeof dataImportOptions>;

/** Puzzles of one kind: how a file of them is read, laid out and compared. */
interface PuzzleKind<Puzzle> {
  read(path: string, subsample: { count: number; seed: number } | undefined): Promise<PuzzleTable<Puzzle>>;
  build(puzzles: PuzzleTable<Puzzle>, augmentations: number): PuzzleDataset;
  classOf(puzzle: Puzzle): string;
}

const sudokus = ({ check, seed }: Options): PuzzleKind<SudokuPuzzle> => ({
  read: (path, subsample) => {
    const chosen = subsample && { subsample };
    return /\.csv$/i.test(path)
      ? readSudokuCsv(path, { verify: check, ...chosen })
      : readPuzzleLines(path, { ...chosen });
  },
  build: (puzzles, augmentations) => buildSudokuDataset(puzzles, { augmentations, seed }),
  classOf: ({ question }) => sudokuClass(question),
});

const mazes: PuzzleKind<MazePuzzle> = {
  read: (path, subsample) => readMazeCsv(path, { ...(subsample && { subsample }) }),
  build: (puzzles, augmentations) => buildMazeDataset(puzzles, { dihedral: augmentations > 0 }),
  classOf: ({ width, height, question }) => mazeClass({ width, height, cells: question }),
};

/** Reads one of the files. @throws UsageError where there is none, or no puzzle in it. */
async function readTable<Puzzle>(
  kind: PuzzleKind<Puzzle>,
  options: Options,
  flag: 'train' | 'test',
): Promise<PuzzleTable<Puzzle>> {
  const path = options[flag];
  if (!existsSync(path)) throw new UsageError(`--${flag}: there is no file ${path}`);
  const { subsample, seed, limit } = options;
  const chosen = flag === 'train' && subsample !== undefined ? { count: subsample, seed } : undefined;
  const puzzles = await kind.read(path, chosen);
  if (puzzles.length === 0) throw new UsageError(`--${flag}: ${path} holds no puzzles`);
  return puzzles.slice(0, limit);
}

/** Imports both files. */
async function importPuzzles<Puzzle extends { question: Uint8Array }>(
  kind: PuzzleKind<Puzzle>,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { out, augmentations, overlap, subsample } = options;
  const started = performance.now();
  const secondsSince = (start: number) => (performance.now() - start) / 1000;
  const learned = await readTable(kind, options, 'train');
  const heldOut = await readTable(kind, options, 'test');
  const cells = ({ length }: Uint8Array) => length;
  const [ofTrain, ofTest] = [cells(learned.at(0)!.question), cells(heldOut.at(0)!.question)];
  if (ofTrain !== ofTest) {
    throw new UsageError(
      `--test: its puzzles have ${ofTest} cells, those of --train ${ofTrain}; they must be of one size`,
    );
  }
  if (subsample !== undefined && learned.length < subsample) {
    terminal.say(`--subsample: ${options.train} has only ${learned.length} puzzles; all of them are kept.`);
  }
  const compared = performance.now();
  const equal =
    overlap === 'count'
      ? countEqualPuzzles({ puzzles: heldOut, among: learned, classOf: (puzzle) => kind.classOf(puzzle) })
      : undefined;
  const comparing = secondsSince(compared);
  const train = kind.build(learned, augmentations);
  const test = kind.build(heldOut, 0);
  await finishBeforeStopping(() => writeNewPuzzles(out, { train, test }));
  const seconds = secondsSince(started);
  terminal.say(
    `${counted(countPuzzles(train), 'example')} to learn from and ${countPuzzles(test)} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  if (equal !== undefined) {
    const took = `(looking took ${comparing.toFixed(1)} s)`;
    terminal.say(
      equal === 0
        ? `No held-out puzzle equals one to learn from, not even up to symmetry ${took}.`
        : `Warning: ${equal} of the ${heldOut.length} held-out puzzles equal one to learn from up to symmetry ${took}. ` +
            'Trained with augmentation, a model has seen them.',
    );
  }
  terminal.result({
    out,
    train: countPuzzles(train),
    test: countPuzzles(test),
    equalUpToSymmetry: equal ?? null,
    seconds,
  });
}

/** `hrm data import --task sudoku --train FILE --test FILE --out DIR`. */
async function dataImport(options: Options): Promise<void> {
  if (options.subsample !== undefined && options.limit !== undefined) {
    throw new UsageError(
      '--limit cuts the first puzzles of both files, --subsample chooses those of --train: give one',
    );
  }
  expectNoPuzzles(options.out);
  const terminal = new Terminal(options.json);
  await (options.task === 'maze'
    ? importPuzzles(mazes, options, terminal)
    : importPuzzles(sudokus(options), options, terminal));
}

export const dataImportCommand = defineCommand({
  name: 'data import',
  summary: 'Turn files of puzzles into a data set',
  options: dataImportOptions,
  examples: [
    'hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku',
    'hrm data import --task sudoku --train train.csv --test test.csv --subsample 1000 --augmentations 1000 --out data/sudoku-1k',
  ],
  notes: `CSV files (.csv) have a header with question and answer, or quizzes and solutions, puzzle and solution; any other
columns, in any order. Other files hold Sudokus as text: a puzzle a line, or a line for each row of its grid. Blanks are
. 0 * _ x or spaces; lines that begin with # or ; are comments.
Puzzles equal up to symmetry are those that augmentation makes of one another: digits renamed, rows, columns, bands and
stacks reordered, transposed; mazes rotated and mirrored. To look for them takes about a minute a million puzzles.`,
  run: dataImport,
});
