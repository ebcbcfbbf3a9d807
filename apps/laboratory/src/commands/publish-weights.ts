import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ensureFolder, nodeFileSystem, replaceFile } from '@hrm/files/node';
import { isDeepStrictEqual } from 'node:util';
import type { Task } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import { loadModel, parameterValues, type RecursiveReasoner, serializeModel } from '@hrm/models';
import {
  args,
  backendOptions,
  choice,
  defineCommand,
  loadRun,
  loadRunParts,
  makeTask,
  modelConfigOf,
  segmentsForSize,
  startEngine,
  type TaskConfig,
  Terminal,
  text,
  UsageError,
} from '@hrm/cli/internal';
import type { WeightsCard } from '@hrm/weights';
import { z } from 'zod';
import { type HeldOutSlice, readSlices, sliceOfRun } from '../weights/held-out-slices';
import { measureModel, type Measurement } from '../weights/measure-model';
import { weightsCardPage } from '../weights/weights-card-page';

/** Options of `hrm-lab publish-weights`. */
const publishOptions = z.strictObject({
  ...backendOptions,
  runs: args('Runs that differ only in their seed; the first is published'),
  name: text('Name of the model, such as sudoku-9x9', { value: 'name' }),
  heldOut: text("Folder of text files of held-out puzzles. Default: the runs' own", { value: 'folder' }).optional(),
  segments: text('Lengths of the pass, as 16,64. Default: that of training; for mazes by their size', {
    value: 'counts',
  }).optional(),
  precision: choice('Number type of the file; a 16-bit one must give the same answers', [
    'float32',
    'float16',
    'bfloat16',
  ]).default('float32'),
  out: text('Folder of the files', { value: 'folder' }).default('packages/weights/files'),
});

type Options = z.infer<typeof publishOptions>;

/** The lengths of the pass that are asked for. */
function segmentsOf({ segments }: Options, usual: number): number[] {
  if (segments === undefined) return [usual];
  const counts = segments.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0)) return counts;
  throw new UsageError(`--segments: expected numbers from 1 on, separated by commas, as 16,64; got ${segments}`);
}

/** Measures a model on all slices. @param modelFor makes the model, and the task, for the size of a slice. */
async function measureSlices(
  slices: readonly HeldOutSlice[],
  { options, compile }: { options: Options; compile: Compile },
  modelFor: (slice: HeldOutSlice) => Promise<{ model: RecursiveReasoner; task: Task }>,
): Promise<Measurement> {
  const all: Measurement = { figures: [], answers: [] };
  for (const slice of slices) {
    const { model, task } = await modelFor(slice);
    const { maxSegments } = model.halting;
    const usual = slice.task && task.grid ? segmentsForSize(task.grid, maxSegments) : maxSegments;
    const segments = segmentsOf(options, usual);
    const { figures, answers } = await measureModel(model, { task, slices: [slice], segments, compile });
    all.figures.push(...figures);
    all.answers.push(...answers);
    model.dispose();
  }
  return all;
}

/** Reads the newest model of a run, and measures it. */
async function measureRun(run: string, options: Options, engine: { terminal: Terminal; compile: Compile }) {
  const { terminal, compile } = engine;
  const load = async (task?: TaskConfig) => {
    const loaded = await loadRunParts(run, terminal, { task });
    return { loaded, ...(await loadRun(run, 'newest', terminal, { loaded })) };
  };
  const { loaded, model, task, step, parts } = await load();
  const { config, description } = loaded;
  const values = await parameterValues(model);
  model.dispose();
  const { heldOut } = options;
  const taskOf = (task: TaskConfig) => makeTask({ ...config, task }, parts);
  const slices =
    heldOut === undefined ? [await sliceOfRun(run, description)] : readSlices(heldOut, config.task, taskOf);
  const measured = await measureSlices(slices, { options, compile }, (slice) => load(slice.task));
  terminal.say(`${run}: ${JSON.stringify(measured.figures)}`);
  return { description, task, taskOf, step, slices, values, ...measured };
}

/** Whether a model has no weights that depend on the size of its puzzles. */
function takesAnySize(bytes: Uint8Array, { grid }: Task): boolean {
  if (!grid) return false;
  try {
    loadModel(bytes, { grid: { rows: grid.rows + 1, columns: grid.columns + 2 } }).dispose();
    return true;
  } catch {
    return false;
  }
}

/** Runs `hrm-lab publish-weights`. */
async function publishWeights(options: Options): Promise<void> {
  const terminal = new Terminal(options.json);
  const { runs, name, precision, out } = options;
  if (runs.length === 0) throw new UsageError('RUN is missing: give the folder of the run to publish');
  await ensureFolder(nodeFileSystem, out);
  const { compile } = await startEngine(terminal, options);
  const measured: Awaited<ReturnType<typeof measureRun>>[] = [];
  for (const run of runs) measured.push(await measureRun(run, options, { terminal, compile }));
  const { description, task, taskOf, step, slices, values, figures, answers } = measured[0]!;
  const { config, puzzles } = description;
  const { seed, steps = step } = config.training;
  const metadata = new Map(
    Object.entries({
      name,
      task: JSON.stringify(config.task),
      step: `${step}`,
      seed: `${seed}`,
      license: 'Apache-2.0',
    }),
  );
  const bytes = serializeModel(modelConfigOf(config, puzzles), values, { precision, metadata });
  if (precision !== 'float32') {
    const rounded = await measureSlices(slices, { options, compile }, async (slice) => {
      const own = slice.task ? taskOf(slice.task) : task;
      return { task: own, model: loadModel(bytes, slice.task && own.grid ? { grid: own.grid } : {}) };
    });
    const changed = rounded.answers.filter((answer, i) => !isDeepStrictEqual(answer, answers[i])).length;
    if (changed > 0)
      throw new UsageError(`--precision: ${precision} changes ${changed} of ${answers.length} answers; take float32`);
  }
  const anySize = config.task.kind === 'maze' && takesAnySize(bytes, task);
  const card: WeightsCard = {
    solves: anySize ? 'mazes of any size' : task.name,
    task: config.task,
    ...(anySize && { anySize }),
    parameters: [...values.values()].reduce((sum, { data }) => sum + data.length, 0),
    precision,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    step,
    steps,
    seed,
    figures: figures.map(({ exact, ...figure }, i) => ({
      ...figure,
      solved: measured.map((each) => each.figures[i]!.solved),
      ...(exact !== undefined && { exact: measured.map((each) => each.figures[i]!.exact!) }),
    })),
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
