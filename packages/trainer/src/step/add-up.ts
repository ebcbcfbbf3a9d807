import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { mapNamed } from '../optimizers/gradient-transformation';

/** Adds tensors of one shape, in order. */
export const addUp = <T extends tf.Tensor>(tensors: readonly T[]): T =>
  tensors.reduce((sum, tensor) => tf.add(sum, tensor) as T);

/** Adds tensors of the same name. */
export const addUpNamed = (named: readonly NamedTensors[]): NamedTensors =>
  mapNamed(named[0]!, (_, name) => addUp(named.map((tensors) => tensors[name]!)));
