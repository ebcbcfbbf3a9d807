import type { AnswerMeans, HaltingController } from '@hrm/act';
import { evaluationBatches, type PuzzleDataset } from '@hrm/data';
import { evaluate } from '@hrm/trainer';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, text } from '../command-line/options';
import { prepareArcVotes, type ArcVotes } from '../arc/arc-votes';
import { chooseBatchParts } from '../run/building/choose-batch-parts';
import { tokenLossOf } from '../run/building/build-run';
import { fittingBatch } from '../run/building/fitting-batch';
import { loadRun, loadRunParts, type LoadedRun } from '../run/folder/load-run';
import { readPuzzlesOfModel, type PuzzlesOfModel } from '../run/puzzles/puzzles-of-model';
import { countPuzzles } from '../run/puzzles/run-puzzles';
import { readTaskFile } from '../run/puzzles/task-file';
import {
  backendOptions,
  importsOption,
  precisionOption,
  runOptions,
  unseenOption,
} from '../command-line/shared-options';
import { UsageError } from '../command-line/usage-error';
import { startEngine, type Engine } from '../engine/engine';
import { describeUnseen } from '../run/puzzles/identifier-names';
import { counted } from '../terminal/counted';
import { percent } from '../terminal/percent';
import { withProgress } from '../terminal/progress';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm eval`. */
const evalOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  ...runOptions,
  ...unseenOption,
  data: text('Puzzles (default: those of the run)', { value: 'folder' }).optional(),
  split: choice('train or test', ['train', 'test']).default('test'),
  batch: count('Puzzles in a batch').optional(),
  segments: count('Most segments of a puzzle; default: as in training').optional(),
  until: choice(
    'end: run all segments; halted: stop each puzzle when the model halts it; or both',
    ['both', 'end', 'halted'],
    'when',
  ).default('both'),
  submission: text('ARC: file for the two answers to each test that have most votes, as Kaggle takes it', {
    value: 'file',
  }).optional(),
});

/** The share of right answers, where some of them differ from their labels: `61.00% valid, `. */
const rightOtherwise = (exactAccuracy: number, valid = exactAccuracy) =>
  valid === exactAccuracy ? '' : `${percent(valid, 2)} valid, `;

/** Formats the figures of an evaluation. */
const inWords = ({ exactAccuracy, valid, accuracy, meanSegments }: AnswerMeans & { valid?: number }, seconds: number) =>
  `${percent(exactAccuracy, 2)} solved exactly, ${rightOtherwise(exactAccuracy, valid)}${percent(accuracy, 2)} of cells right, ` +
  `${meanSegments.toFixed(2)} segments, ${seconds.toFixed(1)} s.`;

/** Said where {@link inWords} has nothing to compare with. */
const WITHOUT_ANSWERS = 'the answers are not known, so nothing is compared';

/** Runs `f` and adds the seconds it took. */
async function timed<T>(f: () => Promise<T>): Promise<T & { seconds: number }> {
  const started = performance.now();
  return { ...(await f()), seconds: (performance.now() - started) / 1000 };
}

/** The model to evaluate, its puzzles, and what the evaluations share. */
interface Evaluated {
  loaded: LoadedRun;
  engine: Engine;
  puzzles: PuzzleDataset;
  batchSize: number;
  terminal: Terminal;
}

/** Evaluates with a bar of progress. `f` gets the function to call after each batch. */
async function withBar<T>(
  { puzzles, batchSize, terminal }: Evaluated,
  label: string,
  f: (onBatch: (done: { batches: number }) => void) => Promise<T>,
): Promise<T & { seconds: number }> {
  const total = countPuzzles(puzzles);
  return withProgress(terminal, label, total, (bar) =>
    timed(() => f(({ batches }) => bar.update(Math.min(total, batches * batchSize)))),
  );
}

/** Runs all segments of all puzzles. `votes` sees each segment. */
async function evaluateToEnd(evaluated: Evaluated, votes: ArcVotes | undefined) {
  const { loaded, engine, puzzles, batchSize, terminal } = evaluated;
  const { model, config, parts, task, step } = loaded;
  const { seconds, ...found } = await withBar(evaluated, 'evaluating', (onBatch) =>
    evaluate(model, evaluationBatches(puzzles, { batchSize }), {
      tokenLoss: tokenLossOf(config, parts),
      verify: task.verify,
      compile: engine.compile,
      ...(engine.takesParts && chooseBatchParts(model, batchSize)),
      onBatch,
      onSegment: votes?.onSegment,
    }),
  );
  const { exactAccuracy, valid, accuracy, meanSegments, count } = found;
  terminal.say(
    `All segments run: ${count === 0 ? `${WITHOUT_ANSWERS}, ${seconds.toFixed(1)} s.` : inWords(found, seconds)}`,
  );
  return { exactAccuracy, valid, accuracy, meanSegments, count, step, seconds };
}

/** Stops each puzzle when the model halts it. */
async function evaluateUntilHalted(evaluated: Evaluated) {
  const { loaded, engine, puzzles, batchSize, terminal } = evaluated;
  const { verify } = loaded.task;
  // The batch shrinks to few sizes only, because each size is compiled anew.
  const bucketSizes = [2, 4, 8].map((share) => Math.ceil(batchSize / share));
  const { halted, count, rowsComputed, seconds } = await withBar(
    evaluated,
    'evaluating, each until it halts',
    (onBatch) =>
      evaluate(loaded.model, evaluationBatches(puzzles, { batchSize }), {
        until: 'halted',
        verify,
        bucketSizes,
        compile: engine.compile,
        onBatch,
      }),
  );
  terminal.say(`Each puzzle until it halts: ${inWords(halted, seconds)}`);
  terminal.say(`Puzzles halted after 1, 2, ... segments: ${halted.haltingSteps.join(', ')}.`);
  return { count, halted: { ...halted, rowsComputed, seconds } };
}

/** Evaluates the puzzles for whose identifiers the model has no vector, with the blank vector. */
async function evaluateUnseen(
  { loaded, engine, batchSize, terminal }: Evaluated,
  {
    unseen,
    unseenPuzzles,
    until,
  }: { unseenPuzzles: PuzzleDataset; until: 'end' | 'halted' } & Pick<PuzzlesOfModel, 'unseen'>,
) {
  const { exactAccuracy, accuracy, meanSegments, count, seconds } = await timed(() =>
    evaluate(loaded.model, evaluationBatches(unseenPuzzles, { batchSize }), { until, compile: engine.compile }),
  );
  terminal.say(
    `The model has no vector for ${describeUnseen(unseen)}. With the blank vector, of their ` +
      `${counted(countPuzzles(unseenPuzzles), 'puzzle')}: ${inWords({ exactAccuracy, accuracy, meanSegments }, seconds)}`,
  );
  return { identifiers: unseen.length, count, exactAccuracy, accuracy };
}

/** A controller of the user's own may have another option for its most segments. @throws UsageError */
function expectSegments({ name, maxSegments }: HaltingController, asked = maxSegments): void {
  if (maxSegments === asked) return;
  throw new UsageError(
    `--segments: the controller "${name}" still runs ${maxSegments} at most; expected it to take its option "maxSegments"`,
  );
}

/** Runs `hrm eval`. */
async function evalRun(options: z.infer<typeof evalOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  // Before the backend, which takes seconds.
  const task = options.data === undefined ? undefined : readTaskFile(options.data);
  const ofRun = await loadRunParts(options.run, terminal, { ...options, task });
  const engine = await startEngine(terminal, options);
  const loaded = await loadRun(options.run, options.checkpoint, terminal, { ...options, loaded: ofRun, engine });
  const { model, config, step } = loaded;
  expectSegments(model.halting, options.segments);
  const folder = options.data ?? loaded.data;
  const { puzzles, names, unseen, unseenPuzzles } = await readPuzzlesOfModel(folder, options.split, loaded, options);
  const lastSegment = model.halting.maxSegments - 1;
  const votes = await prepareArcVotes({ ...options, data: folder!, names, lastSegment });
  const total = countPuzzles(puzzles);
  const batchSize = options.batch ?? Math.min(config.training.batchSize, total, fittingBatch(model));
  const evaluated: Evaluated = { loaded, engine, puzzles, batchSize, terminal };
  terminal.say(`Step ${step}, ${total} puzzles.`);

  const { until } = options;
  let result: { count?: number; [figure: string]: unknown } = {};
  if (until !== 'halted') result = { ...(await evaluateToEnd(evaluated, votes)), ...(await votes?.finish(terminal)) };
  // There is nothing to count where no answer is known.
  if (until !== 'end' && result.count !== 0) {
    const { count, halted } = await evaluateUntilHalted(evaluated);
    result = { count, step, ...result, halted };
  }
  // The answers to a competition are not known, but they can be submitted.
  if (result.count === 0 && !votes) {
    throw new Error(`none of the ${total} puzzles in ${folder} has a label to compare with: nothing was evaluated`);
  }
  if (unseenPuzzles) {
    const figures = await evaluateUnseen(evaluated, {
      unseen,
      unseenPuzzles,
      until: until === 'halted' ? 'halted' : 'end',
    });
    result = { ...result, unseen: figures };
  }
  terminal.result(result);
  model.dispose();
}

export const evalCommand = defineCommand({
  name: 'eval',
  summary: 'Evaluate a run on held-out puzzles',
  options: evalOptions,
  examples: ['hrm eval --run runs/first --json', 'hrm eval --run runs/arc --submission submission.json'],
  notes: `On a data set of ARC, the answers to all copies of a task are turned back and counted. pass@K is the share of the tests
for which the right answer is among the K with most votes; between equal counts, the mean probability of halting decides.`,
  run: evalRun,
});
