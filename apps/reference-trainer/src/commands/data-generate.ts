import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Task } from '../config/run-config';
import { countPuzzles, generatePuzzles, writePuzzles } from '../run/run-puzzles';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';
import { UsageError } from '../terminal/usage-error';

const count = z.int().min(1);

/** Options of `hrm data generate`. */
export const dataGenerateOptions = z.strictObject({
  task: z.enum(['sudoku', 'maze']),
  size: count.optional(),
  width: count.optional(),
  height: count.optional(),
  train: count.default(1000),
  test: count.default(200),
  seed: z.int().default(0),
  givens: z.union([z.string(), z.int()]).optional(),
  minPathLength: count.optional(),
  out: textOption('expected a folder for the puzzles'),
  json: z.boolean().default(false),
});

/** The task that the options describe. */
function taskOf({ task, size, width, height }: z.infer<typeof dataGenerateOptions>): Task {
  if (task === 'maze') return { kind: 'maze', width: width ?? size ?? 15, height: height ?? size ?? 15 };
  const side = size ?? 9;
  if (side !== 4 && side !== 6 && side !== 9 && side !== 16) {
    throw new UsageError(`--size: there is no Sudoku of ${side}x${side}, expected 4, 6, 9 or 16`);
  }
  if (width !== undefined || height !== undefined) {
    throw new UsageError(`--${width !== undefined ? 'width' : 'height'}: only mazes have one; give Sudoku a --size`);
  }
  return { kind: 'sudoku', size: side };
}

/** `6-8` or `7` as fewest and most. */
function givensOf(givens: string | number | undefined): [number, number] | undefined {
  if (givens === undefined) return undefined;
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(String(givens));
  if (!match) throw new UsageError(`--givens: expected a number or a range such as 6-8, got "${givens}"`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

/** Refuses to mix new puzzles with old ones. */
export function expectNoPuzzles(out: string): void {
  for (const split of ['train', 'test']) {
    if (existsSync(join(out, split)))
      throw new UsageError(`--out: ${join(out, split)} is there already; choose another folder`);
  }
}

/** `hrm data generate --task sudoku --size 4 --out DIR`. */
export async function dataGenerate(options: z.infer<typeof dataGenerateOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { train, test, seed, minPathLength, out } = options;
  const task = taskOf(options);
  const givens = givensOf(options.givens);
  expectNoPuzzles(out);
  const started = performance.now();
  let puzzles: ReturnType<typeof generatePuzzles>;
  try {
    puzzles = generatePuzzles(task, {
      train,
      test,
      seed,
      ...(givens && { givens }),
      ...(minPathLength && { minPathLength }),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`data generate: ${error.message}`);
    throw error;
  }
  await writePuzzles(out, puzzles);
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${countPuzzles(puzzles.train)} puzzles to learn from and ${countPuzzles(puzzles.test)} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  terminal.result({ out, train: countPuzzles(puzzles.train), test: countPuzzles(puzzles.test), seconds });
}
