import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { mapNamed } from './gradient-transformation';
import type { Optimizer } from './optimizer';
import { mapPerParameter, type OptimizerState } from './optimizer-state';

/** The name of the one tensor that holds all parameters, concatenated. */
const FLAT = 'flat';

/** All tensors concatenated, in order, `[elements]`. */
const flatten = (tensors: NamedTensors): tf.Tensor1D =>
  tf.concat(Object.values(tensors).map((tensor) => tf.reshape(tensor, [tensor.size])));

/** The inverse of {@link flatten}. Names and shapes are those of `like`. */
function unflatten(flat: tf.Tensor, like: NamedTensors): NamedTensors {
  let first = 0;
  return mapNamed(like, ({ shape, size }) => {
    const part = tf.reshape(tf.slice(flat, [first], [size]), shape);
    first += size;
    return part;
  });
}

/**
 * Runs an elementwise optimizer on all parameters concatenated into one tensor. One update of a long tensor needs a few
 * operations; one update per parameter needs hundreds, which take long to compile and to start.
 *
 * @returns the optimizer itself if it does not say that it is `elementwise`
 */
export function flatOptimizer(optimizer: Optimizer): Optimizer {
  if (!optimizer.elementwise) return optimizer;
  return {
    ...optimizer,
    init: (parameters) => tf.tidy(() => optimizer.init({ [FLAT]: flatten(parameters) })),
    update: (gradients, state, { parameters, learningRate }) => {
      const trained = mapNamed(gradients, (_, name) => parameters[name]!);
      const { updates, state: next } = optimizer.update({ [FLAT]: flatten(gradients) }, state, {
        parameters: { [FLAT]: flatten(trained) },
        learningRate,
      });
      return { updates: unflatten(updates[FLAT]!, trained), state: next };
    },
  };
}

/** Turns the state of a flat optimizer into that of the original optimizer. It is saved in this form. */
export const splitState = (state: OptimizerState, parameters: NamedTensors): OptimizerState =>
  mapPerParameter(state, (group) => (group[FLAT] ? unflatten(group[FLAT], parameters) : group));

/** The inverse of {@link splitState}. */
export const joinState = (split: OptimizerState, optimizer: Optimizer, parameters: NamedTensors): OptimizerState =>
  optimizer.elementwise
    ? mapPerParameter(split, (group) => ({ [FLAT]: flatten(mapNamed(parameters, (_, name) => group[name]!)) }))
    : split;
