import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { nameFromOfficial, officialName, type HostTensor } from '@hrm/models';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { readOfficialRun } from '../official/official-run';
import { runConfigFromOfficial } from '../official/run-config-from-official';
import { expectFreeFolder, writeRunDescription } from '../run/run-folder';
import { taskShape } from '../run/run-puzzles';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';

/** Options of `hrm import-official`. */
export const importOfficialOptions = z.strictObject({
  out: textOption('expected a folder for the run'),
  config: textOption().optional(),
  data: textOption().optional(),
  tokens: z.int().min(1).optional(),
  json: z.boolean().default(false),
});

/** `hrm import-official DIR --out RUN`. */
export async function importOfficial(path: string, options: z.infer<typeof importOfficialOptions>): Promise<void> {
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
  terminal.say(`Next: hrm eval --run ${out} --data DIR, or hrm solve --run ${out} PUZZLE`);
  terminal.result({ out, step: official.step, tensors: weights.size });
}
