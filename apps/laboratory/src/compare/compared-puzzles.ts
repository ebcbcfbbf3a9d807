import { basename, resolve } from 'node:path';
import { readTaskFile, type TaskConfig, UsageError } from '@hrm/cli/internal';

/** The puzzles that models are compared on, and what of their training depends on these. */
export interface ComparedPuzzles {
  /** The heading of their tables, such as `Sudoku 4x4`. */
  title: string;
  /** What their files begin with, such as `4x4`. */
  name: string;
  task: TaskConfig;
  /** How they are generated; undefined for those of a folder. */
  generate?: { train: number; test: number; seed: number; givens?: readonly [number, number] };
  /** The folder of the puzzles; undefined if they are generated. */
  data?: string;
  /** Modules of the user with tasks and parts. */
  imports?: readonly string[];
  /** Steps of each model if the command does not say. */
  steps: number;
}

const sudoku = (size: number, steps: number, givens: readonly [number, number]): ComparedPuzzles => ({
  title: `Sudoku ${size}x${size}`,
  name: `${size}x${size}`,
  task: { kind: 'sudoku', size },
  generate: { train: 1000, test: 200, givens, seed: 0 },
  steps,
});

/** Sudoku, by size. */
export const comparedSudoku = { 4: sudoku(4, 140, [6, 8]), 6: sudoku(6, 180, [26, 30]) } as const;

/** Steps of a model on other puzzles. */
const STEPS = 300;

/** Puzzles of a task, generated anew. */
export function puzzlesOfTask(
  { kind, ...options }: TaskConfig,
  { train, test, imports }: { train: number; test: number; imports: readonly string[] },
): ComparedPuzzles {
  const given = Object.entries(options).map(([option, value]) => `${option} ${JSON.stringify(value)}`);
  const title = [kind, ...given].join(', ');
  return {
    title,
    name: fileName(title),
    task: { kind, ...options },
    generate: { train, test, seed: 0 },
    ...(imports.length > 0 && { imports: imports.map((path) => resolve(path)) }),
    steps: STEPS,
  };
}

/** Puzzles of a folder. @throws UsageError if the folder does not say of which task they are. */
export function puzzlesOfFolder(data: string, imports: readonly string[]): ComparedPuzzles {
  const task = readTaskFile(data);
  const title = basename(resolve(data));
  if (!task) throw new UsageError(`--data: ${data} has no task.json; make a folder with \`hrm data\``);
  return {
    title,
    name: fileName(title),
    task,
    data,
    ...(imports.length > 0 && { imports: imports.map((path) => resolve(path)) }),
    steps: STEPS,
  };
}

/** A text as part of the name of a file. */
const fileName = (text: string) => text.replace(/[^\w-]+/g, '-');
