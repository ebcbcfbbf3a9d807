import { join } from 'node:path';
import { serializeTorchCheckpoint } from '@hrm/files';
import { weightsToOfficial } from '@hrm/models';
import { createFile } from '@hrm/files/node';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { text } from '../command-line/options';
import { expectNoFile } from '../files/expect-no-file';
import { readRunWeights } from '../run/folder/read-run-weights';
import { readRunDescription } from '../run/folder/run-folder';
import { finishBeforeStopping } from '../process/stop-signals';
import { jsonOption, runOptions, weightsOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm export-official`. */
const exportOfficialOptions = z.strictObject({
  ...runOptions,
  out: text('The checkpoint to write, such as step_500', { value: 'file', expected: 'a file for the checkpoint' }),
  weights: weightsOption,
  json: jsonOption,
});

/** Runs `hrm export-official`. */
async function exportOfficial(options: z.infer<typeof exportOfficialOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { run, out } = options;
  const description = readRunDescription(run);
  await expectNoFile(out);
  const { values, step } = await readRunWeights(run, description, terminal, options);
  // The official code saves the state dict of its loss head, in which the model is a field.
  const official = new Map([...weightsToOfficial(values)].map(([name, tensor]) => [`model.${name}`, tensor]));
  await finishBeforeStopping(() => createFile(out, serializeTorchCheckpoint(official)));
  terminal.say(`Wrote step ${step} of ${join(run)} to ${out}, which torch.load(..., weights_only=True) can read.`);
  terminal.result({ out, step, tensors: official.size });
}

export const exportOfficialCommand = defineCommand({
  name: 'export-official',
  summary: 'Write the weights of a run as the official PyTorch code saves them',
  options: exportOfficialOptions,
  examples: ['hrm export-official --run runs/first --out step_500'],
  run: exportOfficial,
});
