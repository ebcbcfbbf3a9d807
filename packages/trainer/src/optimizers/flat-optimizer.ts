import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { mapNamed } from './gradient-transformation';
import type { Optimizer } from './optimizer';
import { mapPerParameter, type OptimizerState } from './optimizer-state';

/** Name of the one tensor in which all parameters lie end to end. */
const FLAT = 'flat';

/** All tensors end to end, in order, in one of one axis. */
const flatten = (tensors: NamedTensors): tf.Tensor1D =>
  tf.concat(Object.values(tensors).map((tensor) => tf.reshape(tensor, [tensor.size])));

/** The opposite of {@link flatten}, for tensors of the names and shapes of `like`. */
function unflatten(flat: tf.Tensor, like: NamedTensors): NamedTensors {
  let first = 0;
  return mapNamed(like, ({ shape, size }) => {
    const part = tf.reshape(tf.slice(flat, [first], [size]), shape);
    first += size;
    return part;
  });
}

/**
 * An optimizer that treats each element by itself, run on all parameters laid end to end: one update of a long tensor
 * is a handful of operations to compile and to start where one for each parameter is hundreds.
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

/** A flat optimizer's state as that of the optimizer it was made of, which is how it is saved. */
export const splitState = (state: OptimizerState, parameters: NamedTensors): OptimizerState =>
  mapPerParameter(state, (group) => (group[FLAT] ? unflatten(group[FLAT], parameters) : group));

/** The opposite of {@link splitState}, for the state of an optimizer that is flat. */
export const joinState = (split: OptimizerState, optimizer: Optimizer, parameters: NamedTensors): OptimizerState =>
  optimizer.elementwise
    ? mapPerParameter(split, (group) => ({ [FLAT]: flatten(mapNamed(parameters, (_, name) => group[name]!)) }))
    : split;
