import * as tf from '@tensorflow/tfjs-core';
import { mapTensors } from '@hrm/layers';
import { addMetrics } from '../metrics';
import type { UpdateFigures } from './update-gradients';

/** Some of the slots. Every tensor has a share for each slot of the batch, slot after slot along its first axis. */
export function sliceSlots<T>(container: T, { first, count, of }: { first: number; count: number; of: number }): T {
  return mapTensors(container, (tensor) => {
    const share = tensor.shape[0]! / of;
    return tf.slice(tensor, [first * share], [count * share]);
  });
}

/**
 * What the parts of a batch give, but for their gradients, as the whole batch would: slots side by side, sums added.
 */
export function joinUpdates(updates: readonly UpdateFigures[]): UpdateFigures {
  return {
    ...joinSlots(updates.map(({ carry, puzzle }) => ({ carry, puzzle }))),
    loss: tf.addN(updates.map(({ loss }) => loss)),
    ...addMetrics(updates),
    haltingSteps: tf.addN(updates.map(({ haltingSteps }) => haltingSteps)),
  };
}

/** The slots of several containers of one structure, in one. */
function joinSlots<T>(parts: readonly T[]): T {
  const tensors = parts.map((part) => {
    const found: tf.Tensor[] = [];
    mapTensors(part, (tensor) => (found.push(tensor), tensor));
    return found;
  });
  let index = 0;
  return mapTensors(parts[0]!, () => {
    const joined = tf.concat(tensors.map((found) => found[index]!));
    index++;
    return joined;
  });
}
