import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serializeTorchCheckpoint, type HostTensor } from '@hrm/models';
import { CheckpointStore, replaceFile } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, text } from '../command-line/options';
import { readRunDescription } from '../run/run-folder';
import { jsonOption } from '../terminal/backend-options';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm export-official`. */
const exportOfficialOptions = z.strictObject({
  run: text('Folder of the run', { value: 'folder', expected: 'the folder of a run' }),
  out: text('The checkpoint to write, such as step_500', { value: 'file', expected: 'a file for the checkpoint' }),
  checkpoint: choice('newest or best', ['newest', 'best'], 'which').default('newest'),
  weights: choice('averaged (where there is an average) or own', ['averaged', 'own'], 'which').default('averaged'),
  json: jsonOption,
});

/** `hrm export-official --run RUN --out FILE`. */
async function exportOfficial(options: z.infer<typeof exportOfficialOptions>): Promise<void> {
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

export const exportOfficialCommand = defineCommand({
  name: 'export-official',
  summary: 'Write the weights of a run as the official PyTorch code saves them',
  options: exportOfficialOptions,
  examples: ['hrm export-official --run runs/first --out step_500'],
  run: exportOfficial,
});
