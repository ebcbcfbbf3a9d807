import type { NamedHostTensors } from '@hrm/files';
import { weightsFromOfficial, weightsToOfficial } from '@hrm/models';
import type { TrainerState } from '@hrm/trainer';
import type { RunProgress } from './run-progress';

/** The files of a checkpoint. Weights and averages have the official names and layout, which other tools can read. */
export type CheckpointFiles = Readonly<Record<string, NamedHostTensors>>;

/** The files of a checkpoint, from the state of a trainer. */
export function checkpointFiles({ weights, ema, optimizer, carry }: TrainerState): CheckpointFiles {
  return {
    weights: weightsToOfficial(weights),
    ...(ema.size > 0 && { ema: weightsToOfficial(ema) }),
    optimizer,
    ...(carry.size > 0 && { carry }),
  };
}

/** The state of a trainer, from the files of a checkpoint. */
export function trainerState(
  step: number,
  files: CheckpointFiles,
  { random }: Pick<RunProgress, 'random'>,
): TrainerState {
  const tensorsOf = (file: string): NamedHostTensors => files[file] ?? new Map<never, never>();
  return {
    step,
    random,
    weights: weightsFromOfficial(tensorsOf('weights')),
    ema: weightsFromOfficial(tensorsOf('ema')),
    optimizer: tensorsOf('optimizer'),
    carry: tensorsOf('carry'),
  };
}
