import { FileFormatError } from '@hrm/files';
import type { Checkpoint } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { runConfigSchema, type RunConfig } from '../../config/run-config';

const count = z.int().min(0);
const word = count.max(2 ** 32 - 1);
const randomState = z.tuple([word, word, word, word]).readonly();

const progress = z.looseObject({
  random: randomState.refine((words) => words.some((value) => value !== 0), 'expected a state that is not all zeros'),
  /** Where the stream of batches goes on; absent before the first batch. */
  cursor: z.strictObject({ seed: z.int(), iteration: count, position: count, random: randomState }).optional(),
  /** Bytes of metrics.jsonl when the checkpoint was made. */
  metricsLength: count,
  /** The best evaluation so far. */
  best: z.strictObject({ step: count, exactAccuracy: z.number().min(0).max(1) }).optional(),
  /** SHA-256 of the puzzles that the cursor is in. */
  puzzles: z.string().optional(),
  // For whoever finds the checkpoint alone: what the run is, and what computed it.
  config: z.unknown().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  machine: z.record(z.string(), z.string()).optional(),
});

/** What a checkpoint of `hrm train` holds beside tensors, as JSON. */
export type RunProgress = z.infer<typeof progress>;

/** What a checkpoint tells of its run, the same at each step. */
export type RunRecord = Pick<RunProgress, 'puzzles' | 'config' | 'versions' | 'machine'>;

/** A checkpoint that another program has trained has weights alone. */
const imported = z.looseObject({ importedFrom: z.string() });

/**
 * What a checkpoint says beside its tensors.
 *
 * @returns undefined for an imported checkpoint, which holds weights alone
 * @throws FileFormatError naming what is missing or out of range.
 */
export function readRunProgress({ state, path }: Pick<Checkpoint, 'state' | 'path'>): RunProgress | undefined {
  const result = progress.safeParse(state);
  if (result.success) return result.data;
  if (imported.safeParse(state).success) return undefined;
  const issue = result.error.issues[0]!;
  throw new FileFormatError({
    path,
    problem: `its state cannot be gone on from: ${['state', ...issue.path].join('.')}: ${issue.message.replace(/^Invalid input: /, '')}`,
    expected: 'a checkpoint that `hrm train` saved',
  });
}

/** The config that a checkpoint was saved with, where it tells one that this version can read. */
export function configOfCheckpoint({ state }: Pick<Checkpoint, 'state'>): RunConfig | undefined {
  const holder = z.looseObject({ config: runConfigSchema }).safeParse(state);
  return holder.success ? holder.data.config : undefined;
}
