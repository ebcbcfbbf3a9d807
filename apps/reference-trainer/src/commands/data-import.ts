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
import { importArc } from '../arc/import-arc';
import { defineCommand } from '../command-line/command';
import { choice, count, integer, text } from '../command-line/options';
import type { TaskConfig } from '../config/task-options';
import { countPuzzles, expectNoPuzzles, writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { finishBeforeStopping } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import { jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm data import`. */
const dataImportOptions = z.strictObject({
  task: choice('sudoku, maze or arc', ['sudoku', 'maze', 'arc']),
  train: text('Training puzzles: a CSV file, or Sudokus as text; ARC: a folder of tasks, or a file of challenges', {
    value: 'file',
    expected: 'a file of puzzles',
  }),
  test: text('Held-out puzzles', { value: 'file', expected: 'a file of puzzles' }),
  augmentations: integer(
    'Sudoku, ARC: equivalent puzzles to add for each one; mazes: any number adds all rotations and reflections',
    {
      least: 0,
    },
  ).default(0),
  check: choice(
    'Sudoku: what to check of each row: format, answer or unique',
    ['format', 'answer', 'unique'],
    'how',
  ).default('answer'),
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

type Options = z.infer<typeof dataImportOptions>;

/** How puzzles of one kind are read from a file, made into a data set and compared. */
interface PuzzleKind<Puzzle> {
  read(path: string, subsample: { count: number; seed: number } | undefined): Promise<PuzzleTable<Puzzle>>;
  build(puzzles: PuzzleTable<Puzzle>, augmentations: number): PuzzleDataset;
  classOf(puzzle: Puzzle): string;
  /** The task of the puzzles, given one of them. */
  taskOf(puzzle: Puzzle): TaskConfig;
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
  taskOf: ({ question }) => ({ kind: 'sudoku', size: Math.sqrt(question.length) }),
});

const mazes: PuzzleKind<MazePuzzle> = {
  read: (path, subsample) => readMazeCsv(path, { ...(subsample && { subsample }) }),
  build: (puzzles, augmentations) => buildMazeDataset(puzzles, { dihedral: augmentations > 0 }),
  classOf: ({ width, height, question }) => mazeClass({ width, height, cells: question }),
  taskOf: ({ width, height }) => ({ kind: 'maze', width, height }),
};

/** Reads one of the two files. @throws UsageError if it is missing or holds no puzzle. */
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

/** Imports both files, and prints how many puzzles they hold. */
async function importPuzzles<Puzzle extends { question: Uint8Array }>(
  kind: PuzzleKind<Puzzle>,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { out, augmentations, overlap, subsample } = options;
  const started = performance.now();
  const secondsSince = (start: number) => (performance.now() - start) / 1000;
  const trainTable = await readTable(kind, options, 'train');
  const testTable = await readTable(kind, options, 'test');
  const cells = ({ length }: Uint8Array) => length;
  const [ofTrain, ofTest] = [cells(trainTable.at(0)!.question), cells(testTable.at(0)!.question)];
  if (ofTrain !== ofTest) {
    throw new UsageError(
      `--test: its puzzles have ${ofTest} cells, but those of --train have ${ofTrain}; both must have the same size`,
    );
  }
  if (subsample !== undefined && trainTable.length < subsample) {
    terminal.say(`--subsample: ${options.train} has only ${trainTable.length} puzzles; all are kept.`);
  }
  const compared = performance.now();
  const equal =
    overlap === 'count'
      ? countEqualPuzzles({ puzzles: testTable, among: trainTable, classOf: (puzzle) => kind.classOf(puzzle) })
      : undefined;
  const comparing = secondsSince(compared);
  const train = kind.build(trainTable, augmentations);
  const test = kind.build(testTable, 0);
  await finishBeforeStopping(() => writeNewPuzzles(out, { train, test }, kind.taskOf(trainTable.at(0)!)));
  const seconds = secondsSince(started);
  terminal.say(
    `${counted(countPuzzles(train), 'example')} to train on and ${countPuzzles(test)} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  if (equal !== undefined) {
    const took = `(comparing took ${comparing.toFixed(1)} s)`;
    terminal.say(
      equal === 0
        ? `No held-out puzzle equals a training puzzle, not even up to symmetry ${took}.`
        : `Warning: ${equal} of the ${testTable.length} held-out puzzles equal a training puzzle up to symmetry ${took}. ` +
            'A model that is trained with augmentation has seen them.',
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

/** Runs `hrm data import`. */
async function dataImport(options: Options): Promise<void> {
  if (options.subsample !== undefined && options.limit !== undefined) {
    throw new UsageError(
      '--limit, --subsample: give only one; --limit takes the first puzzles of both files, --subsample random ones of --train',
    );
  }
  expectNoPuzzles(options.out);
  const terminal = new Terminal(options.json);
  if (options.task === 'arc') return importArc(options, terminal);
  await (options.task === 'maze'
    ? importPuzzles(mazes, options, terminal)
    : importPuzzles(sudokus(options), options, terminal));
}

export const dataImportCommand = defineCommand({
  name: 'data import',
  summary: 'Make a data set from files of puzzles',
  options: dataImportOptions,
  examples: [
    'hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku',
    'hrm data import --task arc --train ARC-AGI/data/training --test ARC-AGI/data/evaluation --augmentations 1000 --out data/arc',
    'hrm data import --task sudoku --train train.csv --test test.csv --subsample 1000 --augmentations 1000 --out data/sudoku-1k',
  ],
  notes: `For arc, --train and --test are folders of tasks, as in github.com/fchollet/ARC-AGI, or files of challenges from Kaggle;
solutions are read from the file next to it with "solutions" in its name. Trained on are the demonstrations of both, and
the tests of --train. The official data sets have --augmentations 1000.
CSV files (.csv) need a header with question and answer, quizzes and solutions, or puzzle and solution, in any order; other
columns are ignored. Other files hold Sudokus as text: one puzzle per line, or one row of the grid per line. Blanks are
. 0 * _ x or spaces; lines that begin with # or ; are comments.
Two puzzles are equal up to symmetry if augmentation can turn one into the other. For Sudoku it renames digits, reorders
rows, columns, bands and stacks, and transposes; for mazes it rotates and reflects. Counting takes about a minute per
million puzzles.`,
  run: dataImport,
});
