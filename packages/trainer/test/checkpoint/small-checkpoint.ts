import type { HostTensor, NamedHostTensors } from '@hrm/files';
import type { CheckpointContents } from '../../src/checkpoint/write-checkpoint';

/** A checkpoint of a few hundred bytes a file, whose every value follows from its step. */
export function smallCheckpoint(step: number, metric?: number): CheckpointContents {
  const weight: HostTensor = { dtype: 'float32', shape: [2], data: Float32Array.of(step, -step / 3) };
  const slots: HostTensor = { dtype: 'int32', shape: [3], data: Int32Array.of(step, 0, 1) };
  const weights: NamedHostTensors = new Map([['q_head.bias', weight]]);
  const carry: NamedHostTensors = new Map([['steps', slots], ['zH', weight]]); // prettier-ignore
  return { step, files: { weights, carry }, state: { seed: 0, cursor: [step, 7], name: 'µ', none: null }, metric };
}
