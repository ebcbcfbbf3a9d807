import { FileFormatError } from '@hrm/files';
import type { Checkpoint } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { runConfigSchema, type RunConfig } from '../../config/run-config';

const count = z.int().min(0);
const word = count.max(2 ** 32 - 1);
const randomState = z.tuple([word, word, word, word]).readonly();

const progress = z.looseObject({
  random: randomState.refine((words) => words.some((value) => value !== 0), 'expected a state that is not all zeros'),
  /** The position of the stream of batches; absent before the first batch. */
  cursor: z.strictObject({ seed: z.int(), iteration: count, position: count, random: randomState }).optional(),
  /** Length of metrics.jsonl in bytes, when the checkpoint was made. */
  metricsLength: count,
  /** The best evaluation so far. */
  best: z.strictObject({ step: count, exactAccuracy: z.number().min(0).max(1) }).optional(),
  /** SHA-256 of the puzzles that the cursor refers to. */
  puzzles: z.string().optional(),
  // For people who have only the checkpoint: its run, and what computed it.
  config: z.unknown().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  machine: z.record(z.string(), z.string()).optional(),
});

/** The JSON of a checkpoint of `hrm train`. */
export type RunProgress = z.infer<typeof progress>;

/** The part of it that is the same at each step of a run. */
export type RunRecord = Pick<RunProgress, 'puzzles' | 'config' | 'versions' | 'machine'>;

/** The JSON of an imported checkpoint, which holds only weights. */
const imported = z.looseObject({ importedFrom: z.string() });

/**
 * Reads the JSON of a checkpoint.
 *
 * @returns undefined for an imported checkpoint, which holds only weights
 * @throws FileFormatError that names what is missing or out of range.
 */
export function readRunProgress({ state, path }: Pick<Checkpoint, 'state' | 'path'>): RunProgress | undefined {
  const result = progress.safeParse(state);
  if (result.success) return result.data;
  if (imported.safeParse(state).success) return undefined;
  const issue = result.error.issues[0]!;
  throw new FileFormatError({
    path,
    problem: `its state cannot be resumed from: ${['state', ...issue.path].join('.')}: ${issue.message.replace(/^Invalid input: /, '')}`,
    expected: 'a checkpoint that `hrm train` saved',
  });
}

/** The config that a checkpoint was saved with; undefined if it has none that this version can read. */
export function configOfCheckpoint({ state }: Pick<Checkpoint, 'state'>): RunConfig | undefined {
  const holder = z.looseObject({ config: runConfigSchema }).safeParse(state);
  const { task, ...config } = holder.data?.config ?? {};
  return task && ({ ...config, task } as RunConfig);
}
