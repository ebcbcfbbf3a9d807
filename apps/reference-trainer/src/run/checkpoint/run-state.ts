import type { NamedHostTensors } from '@hrm/files';
import { weightsFromOfficial, weightsToOfficial } from '@hrm/models';
import type { TrainerState } from '@hrm/trainer';
import type { RunProgress } from './run-progress';

/** The files of a checkpoint. Weights and averages have the official names and layout; other tools can read them. */
export type CheckpointFiles = Readonly<Record<string, NamedHostTensors>>;

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
