import type { PuzzleDataset, Task } from '@hrm/data';
import type { SudokuSize } from '@hrm/data-sudoku-maze';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { count, integer, text, texts } from '../command-line/options';
import { importsOption, jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { UsageError } from '../command-line/usage-error';
import { type TaskConfig, taskOptions } from '../config/task-options';
import { finishBeforeStopping } from '../process/stop-signals';
import { loadParts } from '../run/parts/load-parts';
import { makeTask } from '../run/parts/make-part';
import { taskOfOptions } from '../run/parts/task-of-options';
import { expectNoPuzzles } from '../run/puzzles/new-puzzles';
import { countPuzzles, generatePuzzles, type RunPuzzles, writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { sudokusLike } from '../run/puzzles/sudokus-like';
import { withProgress } from '../terminal/progress';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm data generate`. */
const dataGenerateOptions = z.strictObject({
  task: text('Kind of the puzzles, see below', { value: 'name', expected: 'a task such as sudoku or addition' }),
  set: texts('Option of the task, such as digits=3; may be repeated', {
    value: 'key=value',
    expected: 'an assignment such as digits=3',
  }),
  size: count('Sudoku: 4, 6, 9 or 16 (default: 9); mazes: side (default: 15)').optional(),
  width: count('Mazes: width').optional(),
  height: count('Mazes: height').optional(),
  givens: text('Sudoku: number of given cells, or a range such as 6-8', { value: 'range' }).optional(),
  like: text('Sudoku: make puzzles near these, with up to three givens moved', {
    value: 'file',
    expected: 'a CSV or text file of Sudokus, or a folder made by `hrm data`, whose training puzzles are taken',
  }).optional(),
  minDifficulty: count('Sudoku, with --like: the fewest guesses that a puzzle takes').optional(),
  minPathLength: text('Mazes: shortest path allowed, in steps; a range such as 1-50 draws it for each maze', {
    value: 'range',
  }).optional(),
  train: count('Training puzzles').default(1000),
  test: count('Held-out puzzles; none equals a training puzzle, not even up to symmetry').default(200),
  seed: integer('Seed').default(0),
  imports: texts('Module with a task of your own; may be repeated', { value: 'file', expected: 'a module' }),
  ...importsOption,
  out: puzzlesOutOption,
  json: jsonOption,
});

type Options = z.infer<typeof dataGenerateOptions>;

/** The options of the task that have a flag of their own: Sudoku and mazes. */
function flaggedOptions({ task, size, width, height, givens, minPathLength }: Options): object {
  if (task === 'maze') return { width: width ?? size ?? 15, height: height ?? size ?? 15 };
  if (task === 'sudoku') {
    const side = size ?? 9;
    if (side !== 4 && side !== 6 && side !== 9 && side !== 16) {
      throw new UsageError(`--size: expected 4, 6, 9 or 16 for Sudoku, got ${side}`);
    }
    if (width !== undefined || height !== undefined) {
      throw new UsageError(`--${width !== undefined ? 'width' : 'height'}: is for mazes; give --size for Sudoku`);
    }
    return { size: side };
  }
  const given = Object.entries({ size, width, height, givens, 'min-path-length': minPathLength });
  const flag = given.find(([, value]) => value !== undefined);
  if (!flag) return {};
  throw new UsageError(
    `--${flag[0]}: is for sudoku and maze; give options of other tasks with --set, such as --set size=5`,
  );
}

/** Makes puzzles of a task, or those near the ones of `--like`. @throws UsageError where `--like` does not fit. */
async function puzzlesOf(options: Options, config: TaskConfig, task: Task, terminal: Terminal): Promise<RunPuzzles> {
  const { train, test, seed, like, minDifficulty = 0, out } = options;
  const givens = rangeOf('--givens', options.givens);
  const minPathLength = rangeOf('--min-path-length', options.minPathLength);
  if (like === undefined) {
    if (minDifficulty > 0) throw new UsageError('--min-difficulty: is for --like; give a file of hard puzzles there');
    const limits = { ...(givens && { givens }), ...(minPathLength && { minPathLength }) };
    return withProgress(terminal, 'generating', train + test, async (bar) =>
      generatePuzzles(task, { train, test, seed, ...limits }, { out, onProgress: (puzzles) => bar.update(puzzles) }),
    );
  }
  if (config.kind !== 'sudoku') throw new UsageError('--like: is for sudoku; generate other puzzles without it');
  if (givens) throw new UsageError('--givens: is not for --like, whose puzzles have as many givens as they need');
  return sudokusLike({ like, size: config.size as SudokuSize, train, test, seed, minDifficulty });
}

/** Parses `6-8` or `7` into the least and the greatest number. */
function rangeOf(flag: string, range: string | undefined): [number, number] | undefined {
  if (range === undefined) return undefined;
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(range);
  if (!match) throw new UsageError(`${flag}: expected a number or a range such as 6-8, got "${range}"`);
  const [least, most] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (least <= most) return [least, most];
  throw new UsageError(`${flag}: expected the smaller number first, such as ${most}-${least}, got "${range}"`);
}

/** The first examples as text, one on each line. */
function firstExamples({ metadata: { seqLen, sets: names }, sets }: PuzzleDataset, task: Task): string {
  const { inputs, labels } = sets[names[0]!]!;
  const shown = (tokens: ArrayLike<number>) => {
    const line = task.decode(tokens);
    return line.length > 200 ? `${line.slice(0, 200)}...` : line;
  };
  const rows = Array.from({ length: Math.min(3, inputs.length / seqLen) }, (_, k) => [k * seqLen, (k + 1) * seqLen]);
  return rows.map(([from, to]) => `  ${shown(inputs.slice(from, to))} -> ${shown(labels.slice(from, to))}`).join('\n');
}

/** Runs `hrm data generate`. */
async function dataGenerate(options: Options): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out, imports, allowImports } = options;
  const name = 'data generate';
  const { parts } = await loadParts({ name, imports }, { allowImports, terminal });
  const config = taskOfOptions({ ...options, flagged: flaggedOptions(options) }, parts);
  expectNoPuzzles(out);
  const started = performance.now();
  const task = makeTask({ name, task: config }, parts);
  let puzzles: RunPuzzles;
  try {
    puzzles = await puzzlesOf(options, config, task, terminal);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`data generate: ${error.message}`);
    throw error;
  }
  await finishBeforeStopping(() => writeNewPuzzles(out, puzzles, config));
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${countPuzzles(puzzles.train)} training puzzles and ${countPuzzles(puzzles.test)} held-out puzzles in ${out} (${seconds.toFixed(1)} s). ` +
      'No held-out puzzle equals a training puzzle, not even up to symmetry.',
  );
  terminal.say(
    `The first ones, of ${task.vocabSize} tokens and length ${task.seqLen}:\n${firstExamples(puzzles.train, task)}`,
  );
  terminal.result({ out, train: countPuzzles(puzzles.train), test: countPuzzles(puzzles.test), seconds });
}

/** What the help says of a task: what it is, and its options. */
function describeTask(kind: string, { shape }: z.ZodObject): string {
  const { kind: own, ...options } = shape as { readonly [name: string]: z.ZodType };
  const names = Object.entries(options).map(([option, schema]) => {
    const fallback = /Default (\d+)$/.exec(schema.description ?? '')?.[1];
    return fallback === undefined ? option : `${option} (${fallback})`;
  });
  return `  ${kind.padEnd(10)} ${own!.description}: ${names.join(', ')}`;
}

export const dataGenerateCommand = defineCommand({
  name: 'data generate',
  summary: 'Generate puzzles',
  options: dataGenerateOptions,
  examples: [
    'hrm data generate --task sudoku --size 4 --givens 6-8 --out data/sudoku-4x4',
    'hrm data generate --task addition --set digits=3 --train 10000 --out data/addition',
    'hrm data generate --task sudoku --like hard.csv --min-difficulty 10 --out data/hard',
  ],
  notes: `Tasks, each with its options for --set and their defaults:
${Object.entries(taskOptions)
  .filter(([kind]) => !['tokens', 'grid', 'arc'].includes(kind))
  .map(([kind, schema]) => describeTask(kind, schema))
  .join('\n')}`,
  run: dataGenerate,
});
