import type { NamedTensors } from '@hrm/layers';
import type { PuzzleBatch } from '@hrm/data';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { fromHostTensor } from '@hrm/models/internal';

/** The batch of a recorded segment or evaluation. @throws Error naming the tensor that is missing. */
export function recordedBatch(recorded: NamedHostTensors): PuzzleBatch {
  const integers = (name: string) => {
    const tensor = recorded.get(`batch.${name}`);
    if (!tensor) throw new Error(`the recording has no batch.${name}`);
    return tensor as HostTensor & { data: Int32Array };
  };
  const inputs = integers('inputs');
  const [batchSize, seqLen] = inputs.shape as [number, number];
  return {
    inputs: inputs.data,
    labels: integers('labels').data,
    puzzleIdentifiers: integers('puzzle_identifiers').data,
    batchSize,
    seqLen,
  };
}

/** The random draws of a recorded segment, under the names of Q-learning halting. */
export function recordedDraws(recorded: NamedHostTensors): NamedTensors {
  const draws: NamedTensors = {};
  for (const [ours, theirs] of [
    ['exploreUniform', 'explore_uniform'],
    ['exploreMinSteps', 'explore_min_steps'],
  ] as const) {
    const drawn = recorded.get(`draw.${theirs}`);
    if (drawn) draws[ours] = fromHostTensor(drawn);
  }
  return draws;
}
