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
import { UsageError } from '../command-line/usage-error';
import type { TaskConfig } from '../config/task-options';
import { finishBeforeStopping } from '../process/stop-signals';
import { countPuzzles, writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { counted } from '../terminal/counted';
import type { Terminal } from '../terminal/terminal';
import type { ImportOptions } from './import-options';

/** How puzzles of one kind are read from a file, made into a data set and compared. */
interface PuzzleKind<Puzzle> {
  read(path: string, subsample: { count: number; seed: number } | undefined): Promise<PuzzleTable<Puzzle>>;
  build(puzzles: PuzzleTable<Puzzle>, augmentations: number): PuzzleDataset;
  classOf(puzzle: Puzzle): string;
  /** The task of the puzzles, given one of them. */
  taskOf(puzzle: Puzzle): TaskConfig;
}

const sudokus = ({ check, seed, minRating }: ImportOptions): PuzzleKind<SudokuPuzzle> => ({
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

const mazes = ({ minRating }: ImportOptions): PuzzleKind<MazePuzzle> => ({
  read: (path, subsample) =>
    readMazeCsv(path, { ...(subsample && { subsample }), ...(minRating !== undefined && { minRating }) }),
  build: (puzzles, augmentations) => buildMazeDataset(puzzles, { dihedral: augmentations > 0 }),
  classOf: ({ width, height, question }) => mazeClass({ width, height, cells: question }),
  taskOf: ({ width, height }) => ({ kind: 'maze', width, height }),
});

/** Reads one of the two files. @throws UsageError if it is missing or holds no puzzle. */
async function readTable<Puzzle>(
  kind: PuzzleKind<Puzzle>,
  options: ImportOptions,
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
  options: ImportOptions,
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

/** Imports Sudokus from CSV files or texts. */
export const importSudokus = (options: ImportOptions, terminal: Terminal): Promise<void> =>
  importPuzzles(sudokus(options), options, terminal);

/** Imports mazes from CSV files. */
export const importMazes = (options: ImportOptions, terminal: Terminal): Promise<void> =>
  importPuzzles(mazes(options), options, terminal);
