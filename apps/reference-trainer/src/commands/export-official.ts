import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serializeTorchCheckpoint, type HostTensor } from '@hrm/models';
import { CheckpointStore, replaceFile } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { readRunDescription } from '../run/run-folder';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm export-official`. */
export const exportOfficialOptions = z.strictObject({
  run: textOption('expected the folder of a run'),
  out: textOption('expected a file for the checkpoint'),
  checkpoint: z.enum(['newest', 'best']).default('newest'),
  weights: z.enum(['averaged', 'own']).default('averaged'),
  json: z.boolean().default(false),
});

/** `hrm export-official --run RUN --out FILE`. */
export async function exportOfficial(options: z.infer<typeof exportOfficialOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { run, out } = options;
  const { config } = readRunDescription(run);
  if (existsSync(out)) throw new UsageError(`--out: ${out} is there already; choose another name`);
  const averages = options.weights === 'averaged' && config.training.emaDecay !== undefined;
  const store = await CheckpointStore.open(run, {
    readOnly: true,
    onWarning: (warning) => terminal.say(`Warning: ${warning}`),
  });
  const needed = { only: averages ? ['weights', 'ema'] : ['weights'] };
  const checkpoint = options.checkpoint === 'best' ? await store.best(needed) : await store.latest(needed);
  if (!checkpoint) throw new UsageError(`--run: ${run} holds no checkpoint yet`);
  const tensors = new Map<string, HostTensor>(checkpoint.files['weights']);
  for (const [name, tensor] of checkpoint.files['ema'] ?? []) tensors.set(name, tensor);
  // The official code saves the state dict of the loss head, which holds the model.
  const official = new Map([...tensors].map(([name, tensor]) => [`model.${name}`, tensor]));
  await replaceFile(out, serializeTorchCheckpoint(official));
  terminal.say(
    `Wrote step ${checkpoint.step} of ${join(run)} to ${out}, as torch.load(..., weights_only=True) reads it.`,
  );
  terminal.result({ out, step: checkpoint.step, tensors: official.size });
}
