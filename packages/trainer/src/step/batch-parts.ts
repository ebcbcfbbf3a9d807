import * as tf from '@tensorflow/tfjs-core';
import { mapTensors } from '@hrm/layers';
import { addMetrics } from '../metrics';
import type { UpdateFigures } from './update-gradients';

/** Takes some of the slots. The first axis of every tensor is the batch. */
export function sliceSlots<T>(container: T, { first, count, of }: { first: number; count: number; of: number }): T {
  return mapTensors(container, (tensor) => {
    const share = tensor.shape[0]! / of;
    return tf.slice(tensor, [first * share], [count * share]);
  });
}

/**
 * Joins the results of the parts of a batch into those of the whole batch: slots are concatenated, sums added.
 * Gradients are left out.
 */
export function joinUpdates(updates: readonly UpdateFigures[]): UpdateFigures {
  return {
    ...joinSlots(updates.map(({ carry, puzzle }) => ({ carry, puzzle }))),
    loss: tf.addN(updates.map(({ loss }) => loss)),
    ...addMetrics(updates),
    haltingSteps: tf.addN(updates.map(({ haltingSteps }) => haltingSteps)),
  };
}

/** Concatenates the slots of containers of one structure. */
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
