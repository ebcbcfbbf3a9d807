import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { nameFromOfficial, officialName, type HostTensor } from '@hrm/models';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, count, text } from '../command-line/options';
import { readOfficialRun } from '../official/official-run';
import { runConfigFromOfficial } from '../official/run-config-from-official';
import { nextCommands } from '../run/next-commands';
import { expectFreeFolder, writeRunDescription } from '../run/run-folder';
import { taskShape } from '../run/run-puzzles';
import { jsonOption } from '../terminal/backend-options';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm import-official`. */
const importOfficialOptions = z.strictObject({
  path: argument('A folder with step_N, or a checkpoint'),
  out: text('Folder of the run', { value: 'folder', expected: 'a folder for the run' }),
  config: text('all_config.yaml, where there is none beside the checkpoint', { value: 'file' }).optional(),
  data: text('The puzzles of the run', { value: 'folder' }).optional(),
  tokens: count('Tokens of a puzzle, where the vocabulary does not tell').optional(),
  json: jsonOption,
});

/** `hrm import-official DIR --out RUN`. */
async function importOfficial({ path, ...options }: z.infer<typeof importOfficialOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out, data } = options;
  expectFreeFolder(out);
  const official = readOfficialRun(path, options.config);
  const { config, sizes } = runConfigFromOfficial(official, { name: basename(resolve(path)), tokens: options.tokens });
  const weights = new Map<string, HostTensor>();
  for (const [name, tensor] of official.weights) {
    // Names as the state dict has them within the loss head, values in full precision.
    weights.set(officialName(nameFromOfficial(name)), { ...tensor, dtype: 'float32' } as HostTensor);
  }
  mkdirSync(out, { recursive: true });
  await writeRunDescription(out, {
    config,
    ...(data !== undefined && { data: resolve(data) }),
    puzzles: { ...taskShape(config.task), numPuzzleIdentifiers: sizes.numPuzzleIdentifiers },
  });
  const store = await CheckpointStore.open(out, { onWarning: (warning) => terminal.say(`Warning: ${warning}`) });
  await store.save({ step: official.step, files: { weights }, state: { importedFrom: official.checkpoint } });
  terminal.say(`Imported ${official.checkpoint} (${weights.size} tensors, step ${official.step}) into ${out}.`);
  terminal.say(`Next:\n  ${nextCommands(out, config, { hasPuzzles: data !== undefined }).join('\n  ')}`);
  terminal.result({ out, step: official.step, tensors: weights.size });
}

export const importOfficialCommand = defineCommand({
  name: 'import-official',
  summary: 'Import a run of the official PyTorch code: a folder with step_N, or a checkpoint',
  options: importOfficialOptions,
  examples: ['hrm import-official checkpoints/my-run --out runs/imported'],
  run: importOfficial,
});
