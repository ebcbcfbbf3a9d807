import { basename, resolve } from 'node:path';
import { selectBackend } from '@hrm/runtime';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import { generateExamples, type Task } from '@hrm/data';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, count, text } from '../command-line/options';
import { readOfficialRun } from '../official/official-run';
import { officialWeights } from '../official/official-weights';
import { runConfigFromOfficial } from '../official/run-config-from-official';
import { nextCommands } from '../run/next-commands';
import { modelConfigOf } from '../run/building/build-run';
import { expectFreeFolder, writeRunDescription } from '../run/folder/run-folder';
import { makeTask } from '../run/parts/make-part';
import { writeNewRun } from '../run/folder/write-new-run';
import { finishBeforeStopping } from '../process/stop-signals';
import { jsonOption } from '../command-line/shared-options';
import { counted } from '../terminal/counted';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm import-official`. */
const importOfficialOptions = z.strictObject({
  path: argument('A folder with step_N, or a checkpoint'),
  out: text('Folder of the run', { value: 'folder', expected: 'a folder for the run' }),
  config: text('all_config.yaml, if it is not next to the checkpoint', { value: 'file' }).optional(),
  data: text('The puzzles of the run', { value: 'folder' }).optional(),
  tokens: count('Tokens in a puzzle, if the vocabulary size does not determine it').optional(),
  json: jsonOption,
});

/** A puzzle to try as text, of a task that generates them quickly. */
const typedPuzzle = (task: Task) =>
  task.generateExamples && task.seqLen <= 100 ? task.decode(generateExamples(task, { count: 1 })[0]!.input) : undefined;

/** Runs `hrm import-official`. */
async function importOfficial({ path, ...options }: z.infer<typeof importOfficialOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out, data } = options;
  expectFreeFolder(out);
  const official = readOfficialRun(path, options.config);
  const { config, sizes } = runConfigFromOfficial(official, { name: basename(resolve(path)), tokens: options.tokens });
  const task = makeTask(config);
  const puzzles = { ...task, numPuzzleIdentifiers: sizes.numPuzzleIdentifiers };
  // A model is built only for the shapes of its weights, so any backend will do.
  await selectBackend({ prefer: 'cpu' });
  const { checkpoint } = official;
  const { weights, converted, leftOut } = officialWeights(official.weights, modelConfigOf(config, puzzles), checkpoint);
  const write = async (folder: string) => {
    const store = await CheckpointStore.open(folder, { onWarning: terminal.warn });
    await store.save({ step: official.step, files: { weights }, state: { importedFrom: checkpoint } });
    await writeRunDescription(folder, { config, ...(data !== undefined && { data: resolve(data) }), puzzles });
  };
  await finishBeforeStopping(() => writeNewRun(out, write));
  terminal.say(`Imported ${checkpoint} (${weights.size} tensors, step ${official.step}) into ${out}.`);
  for (const [dtype, count] of converted)
    terminal.say(`Converted ${counted(count, 'tensor')} from ${dtype} to float32.`);
  if (leftOut.length > 0) terminal.say(`Left out, because they are computed: ${leftOut.join(', ')}.`);
  terminal.say(
    `Next:\n  ${nextCommands(out, { hasPuzzles: data !== undefined, puzzle: typedPuzzle(task) }).join('\n  ')}`,
  );
  terminal.result({
    out,
    step: official.step,
    tensors: weights.size,
    converted: Object.fromEntries(converted),
    leftOut,
  });
}

export const importOfficialCommand = defineCommand({
  name: 'import-official',
  summary: 'Import a run of the official PyTorch code: a folder with step_N, or a checkpoint',
  options: importOfficialOptions,
  examples: ['hrm import-official checkpoints/my-run --out runs/imported'],
  run: importOfficial,
});
