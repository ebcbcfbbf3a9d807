import { weightsFromOfficial, weightsToOfficial, type NamedHostTensors } from '@hrm/models';
import type { TrainerState } from '@hrm/trainer';
import type { TrainBatchesCursor } from '@hrm/data-sudoku-maze';
import type { RunConfig } from '../config/run-config';
import type { versions } from './versions';

/** The files of a checkpoint. Weights and averages have the official names and layout; other tools can read them. */
export type CheckpointFiles = Readonly<Record<string, NamedHostTensors>>;

/** What a checkpoint holds beside tensors, as JSON. */
export interface RunProgress {
  random: TrainerState['random'];
  /** Where the stream of batches goes on; absent before the first batch. */
  cursor?: TrainBatchesCursor | undefined;
  /** Bytes of metrics.jsonl when the checkpoint was made. */
  metricsLength: number;
  /** The best evaluation so far. */
  best?: { step: number; exactAccuracy: number } | undefined;
  /** For whoever finds the checkpoint alone: what the run is, and what wrote it. */
  config: RunConfig;
  versions: typeof versions;
}

/** A trainer's state as the files of a checkpoint. */
export function checkpointFiles({ weights, ema, optimizer, carry }: TrainerState): CheckpointFiles {
  return {
    weights: weightsToOfficial(weights),
    ...(ema.size > 0 && { ema: weightsToOfficial(ema) }),
    optimizer,
    ...(carry.size > 0 && { carry }),
  };
}

/** The trainer's state that a checkpoint's files hold. */
export function trainerState(
  step: number,
  files: CheckpointFiles,
  { random }: Pick<RunProgress, 'random'>,
): TrainerState {
  const of = (file: string): NamedHostTensors => files[file] ?? new Map<never, never>();
  return {
    step,
    random,
    weights: weightsFromOfficial(of('weights')),
    ema: weightsFromOfficial(of('ema')),
    optimizer: of('optimizer'),
    carry: of('carry'),
  };
}

/** The weights to run a model with: averaged where an average was kept, the others as they were. */
export function weightsForInference(files: CheckpointFiles): NamedHostTensors {
  const weights = new Map(weightsFromOfficial(files.weights ?? new Map<never, never>()));
  const averaged = files.ema;
  if (averaged) for (const [name, value] of weightsFromOfficial(averaged)) weights.set(name, value);
  return weights;
}
