import { serializeModel } from '@hrm/models';
import { createFile } from '@hrm/files/node';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, text } from '../command-line/options';
import { expectNoFile } from '../files/expect-no-file';
import { modelConfigOf } from '../run/building/build-run';
import { readRunWeights } from '../run/folder/read-run-weights';
import { readRunDescription } from '../run/folder/run-folder';
import { finishBeforeStopping } from '../process/stop-signals';
import { jsonOption, runOptions, weightsOption } from '../command-line/shared-options';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm export`. */
const exportOptions = z.strictObject({
  ...runOptions,
  out: text('The file to write, such as model.safetensors', { value: 'file', expected: 'a file for the model' }),
  weights: weightsOption,
  precision: choice('float32, or half the bytes: float16 or bfloat16', ['float32', 'float16', 'bfloat16']).default(
    'float32',
  ),
  json: jsonOption,
});

/** Runs `hrm export`. */
async function exportModel({ run, out, precision, ...options }: z.infer<typeof exportOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const description = readRunDescription(run);
  const { config, puzzles } = description;
  await expectNoFile(out);
  const { values, averaged, step } = await readRunWeights(run, description, terminal, options);
  const bytes = serializeModel(modelConfigOf(config, puzzles), values, { precision });
  await finishBeforeStopping(() => createFile(out, bytes));
  terminal.say(
    `Wrote the ${averaged ? 'averaged ' : ''}weights of step ${step} and the model's config to ${out}. ` +
      `A program loads it by loadModel(bytes) of @hrm/models.`,
  );
  if (config.imports) {
    terminal.say(
      `The run imports its own parts (${config.imports.join(', ')}): pass them as loadModel(bytes, { parts }).`,
    );
  }
  terminal.result({ out, step, averaged, tensors: values.size });
}

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write the model of a run, with its config, as one file for programs in Node and browsers',
  options: exportOptions,
  examples: ['hrm export --run runs/first --out model.safetensors'],
  run: exportModel,
});
