import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, count, integer, text, texts, toggle } from '../command-line/options';
import { presetSummaries } from '../config/presets';
import { nextCommands } from '../run/next-commands';
import { exitStatusOf } from '../process/stop-signals';
import { trainRun } from '../run/train-run';
import { backendOptions, importsOption } from '../command-line/shared-options';
import { goOnWithoutReaders } from '../process/lost-readers';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm train`. */
const trainOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  config: argument('A preset, or a JSON file; with --resume none, the run has it').optional(),
  data: text('Puzzles, as `hrm data` makes them; some configs generate their own', { value: 'folder' }).optional(),
  out: text('Folder of the run', { value: 'folder', expected: 'a folder for the run' }),
  seed: integer("Seed, in place of the config's").optional(),
  maxSteps: count('Stop after so many steps in all').optional(),
  resume: toggle('Go on with the run in --out from its newest checkpoint, as it was begun but for --set'),
  set: texts('Override the config, such as training.learningRate=1e-3; may repeat', {
    value: 'key=value',
    expected: 'an assignment such as training.learningRate=1e-3',
  }),
});

/** `hrm train CONFIG --data DIR --out RUN`, and `hrm train --resume --out RUN`. */
async function train({ config: nameOrPath, ...options }: z.infer<typeof trainOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { result, config } = await trainRun(nameOrPath, options, terminal);
  const { evaluation, steps, seconds, samplesPerSecond, reachedGoal, stoppedBy } = result;
  if (evaluation) {
    terminal.say(
      `Held-out puzzles wholly right: ${(100 * evaluation.exactAccuracy).toFixed(1)}% of ${evaluation.count}.`,
    );
  }
  if (!stoppedBy) terminal.say(`Next:\n  ${nextCommands(options.out, config, { hasPuzzles: true }).join('\n  ')}`);
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
  if (stoppedBy) process.exitCode = exitStatusOf(stoppedBy);
}

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'Train a model: CONFIG is a preset or a JSON file',
  options: trainOptions,
  examples: [
    'hrm train sudoku-4x4-demo --out runs/first',
    'hrm train sudoku-extreme-1k --data data/sudoku --out runs/extreme --set training.batchSize=32',
    'hrm train --resume --out runs/first',
  ],
  notes: [
    'Presets:',
    ...Object.entries(presetSummaries).map(([name, summary]) => `  ${name.padEnd(18)} ${summary}`),
    '',
    'A file is JSON with the keys of docs/config.md. Errors in it are all told at once. For completion in an editor let its',
    'key "$schema" be the path of run-config.schema.json in the folder schema/ of this package.',
  ].join('\n'),
  run: (options) => goOnWithoutReaders(() => train(options)),
});
