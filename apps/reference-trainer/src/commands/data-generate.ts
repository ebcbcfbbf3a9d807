import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, integer, text } from '../command-line/options';
import type { TaskConfig } from '../config/task-options';
import { makeTask } from '../run/parts/make-part';
import { countPuzzles, expectNoPuzzles, generatePuzzles, writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { finishBeforeStopping } from '../process/stop-signals';
import { jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm data generate`. */
const dataGenerateOptions = z.strictObject({
  task: choice('sudoku or maze', ['sudoku', 'maze']),
  size: count('Sudoku: 4, 6, 9 or 16 (default: 9); mazes: side (default: 15)').optional(),
  width: count('Mazes: width').optional(),
  height: count('Mazes: height').optional(),
  givens: text('Sudoku: number of given cells, or a range such as 6-8', { value: 'range' }).optional(),
  minPathLength: count('Mazes: shortest path allowed, in steps').optional(),
  train: count('Training puzzles').default(1000),
  test: count('Held-out puzzles; none equals a training puzzle, not even up to symmetry').default(200),
  seed: integer('Seed').default(0),
  out: puzzlesOutOption,
  json: jsonOption,
});

/** The task that the options describe. */
function taskOf({ task, size, width, height }: z.infer<typeof dataGenerateOptions>): TaskConfig {
  if (task === 'maze') return { kind: 'maze', width: width ?? size ?? 15, height: height ?? size ?? 15 };
  const side = size ?? 9;
  if (side !== 4 && side !== 6 && side !== 9 && side !== 16) {
    throw new UsageError(`--size: expected 4, 6, 9 or 16 for Sudoku, got ${side}`);
  }
  if (width !== undefined || height !== undefined) {
    throw new UsageError(`--${width !== undefined ? 'width' : 'height'}: is for mazes; give --size for Sudoku`);
  }
  return { kind: 'sudoku', size: side };
}

/** Parses `6-8` or `7` into the fewest and most given cells. */
function givensOf(givens: string | undefined): [number, number] | undefined {
  if (givens === undefined) return undefined;
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(givens);
  if (!match) throw new UsageError(`--givens: expected a number or a range such as 6-8, got "${givens}"`);
  const [fewest, most] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (fewest <= most) return [fewest, most];
  throw new UsageError(`--givens: expected the smaller number first, such as ${most}-${fewest}, got "${givens}"`);
}

/** Runs `hrm data generate`. */
async function dataGenerate(options: z.infer<typeof dataGenerateOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { train, test, seed, minPathLength, out } = options;
  const task = taskOf(options);
  const givens = givensOf(options.givens);
  expectNoPuzzles(out);
  const started = performance.now();
  let puzzles: ReturnType<typeof generatePuzzles>;
  try {
    puzzles = generatePuzzles(makeTask({ name: 'data generate', task }), {
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
  await finishBeforeStopping(() => writeNewPuzzles(out, puzzles, task));
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${countPuzzles(puzzles.train)} training puzzles and ${countPuzzles(puzzles.test)} held-out puzzles in ${out} (${seconds.toFixed(1)} s). ` +
      'No held-out puzzle equals a training puzzle, not even up to symmetry.',
  );
  terminal.result({ out, train: countPuzzles(puzzles.train), test: countPuzzles(puzzles.test), seconds });
}

export const dataGenerateCommand = defineCommand({
  name: 'data generate',
  summary: 'Generate puzzles',
  options: dataGenerateOptions,
  examples: ['hrm data generate --task sudoku --size 4 --givens 6-8 --out data/sudoku-4x4'],
  run: dataGenerate,
});
