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
import { importExamples } from '../run/puzzles/import-examples';
import { finishBeforeStopping } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import { jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm data import`. */
const dataImportOptions = z.strictObject({
  task: choice('tokens: sequences of any kind; grid: colored grids; sudoku; maze; arc', [
    'tokens',
    'grid',
    'sudoku',
    'maze',
    'arc',
  ]),
  train: text(
    'Training puzzles: a file of JSONL, CSV, TSV or Parquet; Sudokus and mazes as CSV, Sudokus also as text; ARC: a folder of tasks, or a file of challenges',
    {
      value: 'file',
      expected: 'a file of puzzles',
    },
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
    {
      least: 0,
    },
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

type Options = z.infer<typeof dataImportOptions>;

/** How puzzles of one kind are read from a file, made into a data set and compared. */
interface PuzzleKind<Puzzle> {
  read(path: string, subsample: { count: number; seed: number } | undefined): Promise<PuzzleTable<Puzzle>>;
  build(puzzles: PuzzleTable<Puzzle>, augmentations: number): PuzzleDataset;
  classOf(puzzle: Puzzle): string;
  /** The task of the puzzles, given one of them. */
  taskOf(puzzle: Puzzle): TaskConfig;
}

const sudokus = ({ check, seed, minRating }: Options): PuzzleKind<SudokuPuzzle> => ({
  read: (path, subsample) => {
    const chosen = { ...(subsample && { subsample }), ...(minRating !== undefined && { minRating }) };
    if (/\.csv$/i.test(path)) return readSudokuCsv(path, { verify: check, ...chosen });
    if (minRating === undefined) return readPuzzleLines(path, chosen);
    throw new UsageError(`--min-rating: ${path} is text, which has no ratings; expected a CSV file`);
  },
  build: (puzzles, augmentations) => buildSudokuDataset(puzzles, { augmentations, seed }),
  classOf: ({ question }) => sudokuClass(question),
  taskOf: ({ question }) => ({ kind: 'sudoku', size: Math.sqrt(question.length) }),
});

const mazes = ({ minRating }: Options): PuzzleKind<MazePuzzle> => ({
  read: (path, subsample) =>
    readMazeCsv(path, { ...(subsample && { subsample }), ...(minRating !== undefined && { minRating }) }),
  build: (puzzles, augmentations) => buildMazeDataset(puzzles, { dihedral: augmentations > 0 }),
  classOf: ({ width, height, question }) => mazeClass({ width, height, cells: question }),
  taskOf: ({ width, height }) => ({ kind: 'maze', width, height }),
});

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
  if (puzzles.length === 0) {
    const rated = options.minRating === undefined ? '' : ` with a rating of at least ${options.minRating}`;
    throw new UsageError(`--${flag}: ${path} holds no puzzles${rated}`);
  }
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
function expectOptionsOfTask(options: Options): void {
  for (const [name, tasks] of Object.entries(TASKS_OF_OPTIONS)) {
    if (options[name as keyof Options] === undefined || tasks.some((task) => task === options.task)) continue;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag}: is for --task ${tasks.join(', --task ')}`);
  }
  if (options.augmentations > 0 && (options.task === 'tokens' || options.task === 'grid')) {
    throw new UsageError('--augmentations: is for --task sudoku and --task maze');
  }
}

/** Runs `hrm data import`. */
async function dataImport(options: Options): Promise<void> {
  if (options.subsample !== undefined && options.limit !== undefined) {
    throw new UsageError(
      '--limit, --subsample: give only one; --limit takes the first puzzles of both files, --subsample random ones of --train',
    );
  }
  expectOptionsOfTask(options);
  expectNoPuzzles(options.out);
  const terminal = new Terminal(options.json);
  switch (options.task) {
    case 'tokens':
    case 'grid':
      return importExamples(options.task, options, terminal);
    case 'arc':
      return importArc(options, terminal);
    case 'sudoku':
      return importPuzzles(sudokus(options), options, terminal);
    case 'maze':
      return importPuzzles(mazes(options), options, terminal);
  }
}

export const dataImportCommand = defineCommand({
  name: 'data import',
  summary: 'Make a data set from files of puzzles',
  options: dataImportOptions,
  examples: [
    'hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku',
    'hrm data import --task arc --train ARC-AGI/data/training --test ARC-AGI/data/evaluation --augmentations 1000 --out data/arc',
    'hrm data import --task sudoku --train train.csv --test test.csv --subsample 1000 --augmentations 1000 --out data/sudoku-1k',
    'hrm data import --task tokens --train train.jsonl --test test.jsonl --out data/sums',
    'hrm data import --task tokens --train train.parquet --test test.parquet --input-column question --output-column answer --out data/sums',
  ],
  notes: `For arc, --train and --test are folders of tasks, as in github.com/fchollet/ARC-AGI, or files of challenges from Kaggle;
solutions are read from the file next to it with "solutions" in its name. Trained on are the demonstrations of both, and
the tests of --train. The official data sets have --augmentations 1000.
For tokens and grid, a line of a JSONL file is {"input": "12+34", "output": "46"}. Both are text, or lists of whole
numbers; for grid, lists of rows. An "id" may follow: examples with the same id are variants of one puzzle, and an epoch
shows one of them. CSV and TSV files have a header, Parquet files have columns. Each character is a token, or each word
with --separator. Numbers are shifted so that the lowest is token 1. Token 0 pads.
For Sudoku and mazes, CSV files (.csv) need a header with question and answer, quizzes and solutions, or puzzle and solution, in any order; other
columns are ignored. Other files hold Sudokus as text: one puzzle per line, or one row of the grid per line. Blanks are
. 0 * _ x or spaces; lines that begin with # or ; are comments.
Two puzzles are equal up to symmetry if augmentation can turn one into the other. For Sudoku it renames digits, reorders
rows, columns, bands and stacks, and transposes; for mazes it rotates and reflects. Counting takes about a minute per
million puzzles.`,
  run: dataImport,
});
