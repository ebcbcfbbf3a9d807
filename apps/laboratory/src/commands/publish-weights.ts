import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { isDeepStrictEqual } from 'node:util';
import type { Compile } from '@hrm/layers';
import { loadModel, parameterValues, serializeModel } from '@hrm/models';
import {
  args,
  backendOptions,
  choice,
  defineCommand,
  loadRun,
  loadRunParts,
  modelConfigOf,
  startEngine,
  Terminal,
  text,
  UsageError,
} from '@hrm/reference-trainer/internal';
import type { WeightsCard } from '@hrm/weights';
import { z } from 'zod';
import { readSlices, sliceOfRun } from '../weights/held-out-slices';
import { measureModel } from '../weights/measure-model';
import { weightsCardPage } from '../weights/weights-card-page';

/** Options of `hrm-lab publish-weights`. */
const publishOptions = z.strictObject({
  ...backendOptions,
  runs: args('Runs that differ only in their seed; the first is published'),
  name: text('Name of the model, such as sudoku-9x9', { value: 'name' }),
  heldOut: text("Folder of text files of held-out puzzles. Default: the runs' own", { value: 'folder' }).optional(),
  segments: text('Lengths of the pass, as 16,64. Default: that of training', { value: 'counts' }).optional(),
  precision: choice('Number type of the file; a 16-bit one must give the same answers', [
    'float32',
    'float16',
    'bfloat16',
  ]).default('float32'),
  out: text('Folder of the files', { value: 'folder' }).default('packages/weights/files'),
});

type Options = z.infer<typeof publishOptions>;

function segmentsOf({ segments }: Options, usual: number): number[] {
  if (segments === undefined) return [usual];
  const counts = segments.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0)) return counts;
  throw new UsageError(`--segments: expected numbers from 1 on, separated by commas, as 16,64; got ${segments}`);
}

/** Reads the newest model of a run, and measures it. */
async function measureRun(
  run: string,
  options: Options,
  { terminal, compile }: { terminal: Terminal; compile: Compile },
) {
  const loaded = await loadRunParts(run, terminal);
  const { model, task, step } = await loadRun(run, 'newest', terminal, { loaded });
  const { heldOut } = options;
  const slices = heldOut === undefined ? [await sliceOfRun(run, loaded.description)] : readSlices(heldOut, task);
  const how = { task, slices, segments: segmentsOf(options, model.halting.maxSegments), compile };
  const measured = { ...loaded, step, how, values: await parameterValues(model), ...(await measureModel(model, how)) };
  model.dispose();
  terminal.say(`${run}: ${JSON.stringify(measured.figures)}`);
  return measured;
}

/** Runs `hrm-lab publish-weights`. */
async function publishWeights(options: Options): Promise<void> {
  const terminal = new Terminal(options.json);
  const { runs, name, precision, out } = options;
  if (runs.length === 0) throw new UsageError('RUN is missing: give the folder of the run to publish');
  const { compile } = await startEngine(terminal, options);
  const measured: Awaited<ReturnType<typeof measureRun>>[] = [];
  for (const run of runs) measured.push(await measureRun(run, options, { terminal, compile }));
  const { description, task, step, how, values, figures, answers } = measured[0]!;
  const { config, puzzles } = description;
  const { seed, steps = step } = config.training;
  const metadata = new Map(Object.entries({ name, task: JSON.stringify(config.task), step: `${step}`, seed: `${seed}`, license: 'Apache-2.0' })); // prettier-ignore
  const bytes = serializeModel(modelConfigOf(config, puzzles), values, { precision, metadata });
  if (precision !== 'float32') {
    const model = loadModel(bytes);
    const rounded = await measureModel(model, how);
    model.dispose();
    const changed = rounded.answers.filter((answer, i) => !isDeepStrictEqual(answer, answers[i])).length;
    if (changed > 0) throw new UsageError(`--precision: ${precision} changes ${changed} of ${answers.length} answers; take float32`); // prettier-ignore
  }
  const card: WeightsCard = {
    solves: task.name,
    task: config.task!,
    parameters: [...values.values()].reduce((sum, { data }) => sum + data.length, 0),
    precision,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    step,
    steps,
    seed,
    figures: figures.map((figure, i) => ({ ...figure, solved: measured.map((each) => each.figures[i]!.solved) })),
  };
  const path = (extension: string) => join(out, `${name}.${extension}`);
  const page = weightsCardPage(path('md'), name, card);
  await replaceFile(path('safetensors'), bytes);
  await replaceFile(path('json'), new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`));
  await replaceFile(path('md'), new TextEncoder().encode(page));
  terminal.say(
    `Wrote ${path('safetensors')}, its JSON and its card. A new model also needs a line in shipped-weights.ts.`,
  );
  terminal.result(card);
}

export const publishWeightsCommand = defineCommand({
  name: 'publish-weights',
  summary: 'Write a run into @hrm/weights: the file, its checksum and the figures of its card',
  options: publishOptions,
  examples: [
    'hrm-lab publish-weights runs/4x4-0 runs/4x4-1 runs/4x4-2 --name sudoku-4x4',
    'hrm-lab publish-weights runs/9x9 --name sudoku-9x9 --held-out apps/laboratory/held-out/sudoku-9x9 --segments 16,64',
  ],
  run: publishWeights,
});
