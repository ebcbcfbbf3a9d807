import type * as tf from '@tensorflow/tfjs-core';
import type { Carry, NamedTensors } from '@hrm/act';
import { fromHostTensor, type NamedHostTensors } from '@hrm/models';
import { namedToHost } from './named-values';

/** Where each saved tensor of a carry belongs. */
const parts = (carry: Carry): NamedTensors => ({
  zH: carry.latents.zH,
  zL: carry.latents.zL,
  steps: carry.steps,
  halted: carry.halted,
  'puzzle.inputs': carry.puzzle.inputs,
  'puzzle.labels': carry.puzzle.labels,
  'puzzle.puzzleIdentifiers': carry.puzzle.puzzleIdentifiers,
  ...Object.fromEntries(Object.entries(carry.halting).map(([name, tensor]) => [`halting.${name}`, tensor])),
});

/** A carry as plain values, by dotted name. */
export const carryToHost = (carry: Carry): Promise<NamedHostTensors> => namedToHost(parts(carry));

/** The carry of which these are the values. */
export function carryFromHost(host: NamedHostTensors): Carry {
  const tensor = <T extends tf.Tensor>(name: string) => {
    const value = host.get(name);
    if (!value) throw new Error(`The saved carry has no "${name}"; it is of another version or damaged`);
    return fromHostTensor(value) as T;
  };
  const halting: NamedTensors = {};
  for (const name of host.keys())
    if (name.startsWith('halting.')) halting[name.slice('halting.'.length)] = tensor(name);
  return {
    latents: { zH: tensor<tf.Tensor3D>('zH'), zL: tensor<tf.Tensor3D>('zL') },
    steps: tensor<tf.Tensor1D>('steps'),
    halted: tensor<tf.Tensor1D>('halted'),
    puzzle: {
      inputs: tensor<tf.Tensor2D>('puzzle.inputs'),
      labels: tensor<tf.Tensor2D>('puzzle.labels'),
      puzzleIdentifiers: tensor<tf.Tensor1D>('puzzle.puzzleIdentifiers'),
    },
    halting,
  };
}
