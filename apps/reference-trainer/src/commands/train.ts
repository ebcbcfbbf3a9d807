import { WIRES, type Communicator } from '@hrm/distributed';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, choice, count, integer, list, text, texts, toggle } from '../command-line/options';
import { presetSummaries } from '../config/presets/presets';
import { isFirstRank } from '../ranks/agree';
import { runOnRanks } from '../ranks/run-on-ranks';
import { reportTraining } from '../report/write-report';
import { nextCommands } from '../run/next-commands';
import { quoted } from '../command-line/printed-command';
import { exitStatusOf } from '../process/stop-signals';
import { trainRun } from '../run/train-run';
import { backendOptions, importsOption, MOST_THREADS, precisionOption } from '../command-line/shared-options';
import { continueWithoutReaders } from '../process/lost-readers';
import { Terminal } from '../terminal/terminal';
import { startWatching, type Watching } from '../watch/start-watching';

/** Options of `hrm train`. */
const trainOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  config: argument('A preset or a JSON file; not needed with --resume or --from').optional(),
  data: text('Puzzles made by `hrm data`; some configs generate their own', { value: 'folder' }).optional(),
  out: text('Folder of the run', { value: 'folder', expected: 'a folder for the run' }),
  seed: integer("Seed, instead of the config's").optional(),
  maxSteps: count('Stop after this many steps in total').optional(),
  resume: toggle('Continue the run in --out from its newest checkpoint, with the changes that --set gives'),
  from: text('Begin with the weights of the run in this folder, and without CONFIG with its config', {
    value: 'folder',
    expected: 'the folder of a run',
  }).optional(),
  only: text(
    'With --from: the only parameters to train: puzzle-embedding, or names such as outputHead, separated by commas',
    { value: 'names', expected: 'names of parameters' },
  ).optional(),
  newVectors: choice(
    'With --from: how vectors of new puzzle identifiers begin: mean of the others, as in TRM (default), or zero',
    ['mean', 'zero'],
    'how',
  ).optional(),
  checkpoint: choice('With --from: newest (default) or best', ['newest', 'best'], 'which').optional(),
  logTo: list('Where figures are logged: metrics.jsonl, which is always written, and event files for TensorBoard', [
    'jsonl',
    'tensorboard',
  ]).optional(),
  timeout: count('With mpirun or srun: seconds that ranks wait for one before they report that it hangs').default(600),
  threads: count('Threads of native TensorFlow (default: one for each core)', { most: MOST_THREADS }).optional(),
  wire: choice(
    "With mpirun or srun: how gradients travel, instead of the config's: float32, or bfloat16, half the bytes",
    WIRES,
  ).optional(),
  noReport: toggle('Write no report.html at the end'),
  watch: toggle('Serve a page that follows the training, as `hrm watch` does'),
  set: texts('Override a config value, such as training.learningRate=1e-3; may be repeated', {
    value: 'key=value',
    expected: 'an assignment such as training.learningRate=1e-3',
  }),
});

/** Runs `hrm train`, alone or as one of several ranks. */
async function train(
  { config: nameOrPath, watch, ...options }: z.infer<typeof trainOptions>,
  communicator: Communicator | undefined,
): Promise<void> {
  const terminal = new Terminal(options.json);
  let watching: Watching | undefined;
  const onReady = async () => {
    if (watch) watching = await startWatching(options.out, terminal);
  };
  const { result, puzzle, config, engine } = await trainRun(
    nameOrPath,
    { ...options, communicator, onReady },
    terminal,
  ).finally(() => watching?.stop());
  const { evaluation, steps, seconds, samplesPerSecond, reachedGoal, stoppedBy } = result;
  if (stoppedBy) process.exitCode = exitStatusOf(stoppedBy);
  if (!isFirstRank(communicator)) return;
  if (evaluation) {
    terminal.say(
      `Held-out puzzles solved exactly: ${(100 * evaluation.exactAccuracy).toFixed(1)}% of ${evaluation.count}.`,
    );
  }
  if (config.training.logTo.includes('tensorboard')) {
    terminal.say(`For TensorBoard:\n  tensorboard --logdir ${quoted(options.out)}`);
  }
  if (!stoppedBy && !options.noReport) await reportTraining(options.out, { engine, terminal });
  if (!stoppedBy) terminal.say(`Next:\n  ${nextCommands(options.out, { hasPuzzles: true, puzzle }).join('\n  ')}`);
  terminal.result({
    run: options.out,
    steps,
    seconds,
    samplesPerSecond,
    reachedGoal,
    exactAccuracy: evaluation?.exactAccuracy,
    accuracy: evaluation?.accuracy,
    meanSegments: evaluation?.meanSegments,
    count: evaluation?.count,
  });
}

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'Train a model: CONFIG is a preset or a JSON file',
  options: trainOptions,
  examples: [
    'hrm train sudoku-4x4-demo --out runs/first',
    'hrm train sudoku-extreme-1k --data data/sudoku --out runs/extreme --set training.batchSize=32',
    'hrm train sudoku-4x4-demo --out runs/first --log-to tensorboard',
    'hrm train --resume --out runs/first',
    'mpirun -np 4 hrm train sudoku-extreme-1k --data data/sudoku --out runs/four',
    'hrm train --from runs/first --only puzzle-embedding --data data/new-puzzles --out runs/second',
  ],
  notes: [
    'Presets:',
    ...Object.entries(presetSummaries).map(([name, summary]) => `  ${name.padEnd(18)} ${summary}`),
    '',
    'A config file is JSON with the keys of docs/config.md. All errors in it are reported at once. For completion in an',
    'editor, set its key "$schema" to the path of schema/run-config.schema.json in this package.',
  ].join('\n'),
  run: (options) => continueWithoutReaders(() => runOnRanks(options, (communicator) => train(options, communicator))),
});
