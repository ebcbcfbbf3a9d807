import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, type Carry, type ReasoningNetwork } from '@hrm/act';
import { expectPuzzles } from '@hrm/act/internal';
import type { NamedHostTensors } from '@hrm/files';
import { fromHostTensor } from '@hrm/models/internal';
import { namedFromHost, namedToHost } from './named-values';

/** The saved tensors of a carry, by dotted name. */
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

/** Reads a carry into plain values, by dotted name. */
export const carryToHost = (carry: Carry): Promise<NamedHostTensors> => namedToHost(parts(carry));

/** The inverse of {@link carryToHost}. */
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

/**
 * Restores a carry after checking that it fits the network: names, shapes, types, and the tokens of its puzzles.
 *
 * @throws Error naming what does not fit.
 */
export function fittingCarry(network: ReasoningNetwork, host: NamedHostTensors): Carry {
  return tf.tidy(() => {
    const batchSize = host.get('halted')?.shape[0] ?? 1;
    namedFromHost('carry', parts(initialCarry(network, batchSize)), host);
    const ints = (name: string) => Int32Array.from(host.get(name)!.data as Int32Array);
    expectPuzzles('Trainer, the saved carry', network, {
      inputs: ints('puzzle.inputs'),
      labels: ints('puzzle.labels'),
      puzzleIdentifiers: ints('puzzle.puzzleIdentifiers'),
      batchSize,
      seqLen: network.seqLen,
    });
    return carryFromHost(host);
  });
}
