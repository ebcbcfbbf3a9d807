import type { AnswerMeans } from '@hrm/act';
import { evaluationBatches } from '@hrm/data';
import { evaluate } from '@hrm/trainer';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, text } from '../command-line/options';
import { chooseBatchParts } from '../run/building/choose-batch-parts';
import { tokenLossOf } from '../run/building/build-run';
import { loadRun } from '../run/folder/load-run';
import { countPuzzles, readPuzzlesOfModel } from '../run/puzzles/run-puzzles';
import { backendOptions, importsOption, precisionOption, runOptions } from '../command-line/shared-options';
import { startEngine } from '../engine/engine';
import { percent } from '../terminal/percent';
import { withProgress } from '../terminal/progress';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm eval`. */
const evalOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  ...runOptions,
  data: text('Puzzles (default: those of the run)', { value: 'folder' }).optional(),
  split: choice('train or test', ['train', 'test']).default('test'),
  batch: count('Puzzles in a batch').optional(),
  until: choice(
    'end: run all segments; halted: stop each puzzle when the model halts it; or both',
    ['both', 'end', 'halted'],
    'when',
  ).default('both'),
});

/** Formats the figures of an evaluation. */
const inWords = ({ exactAccuracy, accuracy, meanSegments }: AnswerMeans, seconds: number) =>
  `${percent(exactAccuracy, 2)} solved exactly, ${percent(accuracy, 2)} of cells right, ` +
  `${meanSegments.toFixed(2)} segments, ${seconds.toFixed(1)} s.`;

/** Runs `f` and adds the seconds it took. */
async function timed<T>(f: () => Promise<T>): Promise<T & { seconds: number }> {
  const started = performance.now();
  return { ...(await f()), seconds: (performance.now() - started) / 1000 };
}

/** Runs `hrm eval`. */
async function evalRun(options: z.infer<typeof evalOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const engine = await startEngine(terminal, options);
  const { model, config, data, step, parts } = await loadRun(options.run, options.checkpoint, terminal, options);
  const puzzles = await readPuzzlesOfModel(options.data ?? data, options.split, model);
  const total = countPuzzles(puzzles);
  const batchSize = options.batch ?? Math.min(config.training.batchSize, total);
  const withBar = <T>(label: string, f: (onBatch: (done: { batches: number }) => void) => Promise<T>) =>
    withProgress(terminal, label, total, (bar) =>
      timed(() => f(({ batches }) => bar.update(Math.min(total, batches * batchSize)))),
    );
  const batches = () => evaluationBatches(puzzles, { batchSize });
  terminal.say(`Step ${step}, ${total} puzzles.`);

  const { until } = options;
  let result: { count?: number; [figure: string]: unknown } = {};
  if (until !== 'halted') {
    const { exactAccuracy, accuracy, meanSegments, count, seconds } = await withBar('evaluating', (onBatch) =>
      evaluate(model, batches(), {
        tokenLoss: tokenLossOf(config, parts),
        compile: engine.compile,
        ...(engine.takesParts && chooseBatchParts(model, batchSize)),
        onBatch,
      }),
    );
    terminal.say(`All segments run: ${inWords({ exactAccuracy, accuracy, meanSegments }, seconds)}`);
    result = { exactAccuracy, accuracy, meanSegments, count, step, seconds };
  }
  if (until !== 'end') {
    // The batch shrinks to few sizes only, because each size is compiled anew.
    const bucketSizes = [2, 4, 8].map((share) => Math.ceil(batchSize / share));
    const { halted, count, rowsComputed, seconds } = await withBar('evaluating, each until it halts', (onBatch) =>
      evaluate(model, batches(), { until: 'halted', bucketSizes, compile: engine.compile, onBatch }),
    );
    terminal.say(`Each puzzle until it halts: ${inWords(halted, seconds)}`);
    terminal.say(`Puzzles halted after 1, 2, ... segments: ${halted.haltingSteps.join(', ')}.`);
    result = { count, step, ...result, halted: { ...halted, rowsComputed, seconds } };
  }
  if (result.count === 0) {
    throw new Error(
      `none of the ${total} puzzles in ${options.data ?? data} has a label to compare with: nothing was evaluated`,
    );
  }
  terminal.result(result);
  model.dispose();
}

export const evalCommand = defineCommand({
  name: 'eval',
  summary: 'Evaluate a run on held-out puzzles',
  options: evalOptions,
  examples: ['hrm eval --run runs/first --json'],
  run: evalRun,
});
