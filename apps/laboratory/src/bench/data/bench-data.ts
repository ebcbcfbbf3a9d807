import { mazeTask, sudokuTask } from '@hrm/data-sudoku-maze';
import { benchTrainer, generatePuzzles, percent, startEngine, type Terminal } from '@hrm/cli/internal';
import type { BackendPreference } from '@hrm/runtime';
import { measureDataSpeed, measureDataWait, trainingStream } from './data-speed';
import { describeMachine, thisMachine } from '../report/machine';
import { markdownTable } from '../report/markdown-table';
import { expectResultsPlace, writeResults } from '../report/results-folder';

/** Options of {@link benchData}. */
export interface BenchDataOptions {
  backend?: BackendPreference | undefined;
  compile: 'xla' | 'graph' | 'eager';
  batch: number;
  steps: number;
  out: string | undefined;
}

/** The share of a step that waiting for data must stay below. */
const LARGEST_WAIT = 0.02;
/** Puzzles of each task, and seconds to measure it. */
const PUZZLES = 512;
const SECONDS = 3;
/** Sizes of the model. */
const SIZES = { hidden: 128, layers: 2, heads: 2, tokens: 81, segments: 16 };

const tasks = [
  { label: 'Sudoku 9x9', task: sudokuTask({ size: 9 }), options: {} },
  { label: 'maze 30x30', task: mazeTask({ width: 30, height: 30 }), options: { minPathLength: 1 } },
];

const thousands = (value: number) => Math.round(value).toLocaleString('en');

/**
 * Runs `hrm-lab bench --data`: the speed of batches, and the share of a step that waits for them. Exit status 1 from
 * 2%.
 */
export async function benchData(terminal: Terminal, options: BenchDataOptions): Promise<void> {
  const { batch: batchSize, steps, out } = options;
  if (out !== undefined) await expectResultsPlace(out, ['data.json', 'data.md']);
  const machine = await thisMachine();
  const engine = await startEngine(terminal, options);
  const generated = tasks.map(({ task, options }) =>
    generatePuzzles(task, { train: Math.max(PUZZLES, batchSize), test: 1, seed: 0, ...options }),
  );
  const speeds = tasks.map(({ label, task }, i) => {
    return { label, ...measureDataSpeed(generated[i]!.train, task.augment!, { batchSize, seconds: SECONDS }) };
  });

  const bench = benchTrainer({ ...SIZES, batch: batchSize }, engine);
  const wait = await measureDataWait(
    trainingStream(generated[0]!.train, batchSize, tasks[0]!.task.augment!),
    (batch) => bench.trainer.trainBatch(batch),
    steps,
  );
  bench.dispose();

  const table = markdownTable(
    ['puzzles', 'augmented per second', `batches of ${batchSize} per second`, 'puzzles per second'],
    speeds.map(({ label, augmentedPerSecond, batchesPerSecond: { median, least, most } }) => [
      label,
      thousands(augmentedPerSecond),
      `${thousands(median)} (${thousands(least)}-${thousands(most)})`,
      thousands(median * batchSize),
    ]),
  );
  const verdict = wait.share < LARGEST_WAIT ? 'ok' : 'MISSED';
  const report = [
    table,
    `A training step (hidden ${SIZES.hidden}, ${SIZES.layers}+${SIZES.layers} layers, batch ${batchSize}, Sudoku 9x9, ${engine.backend.name}) takes ${wait.stepSeconds.toFixed(3)} s, ` +
      `${percent(wait.share, 3)} of it waiting for data (goal: less than ${percent(LARGEST_WAIT, 0)}): ${verdict}`,
    describeMachine(machine),
  ].join('\n\n');
  terminal.say(`\n${report}`);
  const result = { machine, backend: engine.backend.name, compile: options.compile, speeds, wait };
  if (out !== undefined) {
    await writeResults(out, { 'data.json': `${JSON.stringify(result, undefined, 2)}\n`, 'data.md': `${report}\n` });
    terminal.say(`\nWritten to ${out}: data.json, data.md`);
  }
  terminal.result(result);
  if (wait.share >= LARGEST_WAIT) process.exitCode = 1;
}
