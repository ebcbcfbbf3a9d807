import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { mapNamed } from './gradient-transformation';
import type { Optimizer } from './optimizer';
import { mapPerParameter, type OptimizerState } from './optimizer-state';

/** The name of the one tensor that holds all small parameters, concatenated. */
const FLAT = 'flat';

/** From this many elements on (1 MiB), a parameter stays on its own: joining it would copy it for nothing. */
const LARGE = 2 ** 18;

/** All small tensors, in order. */
const small = (tensors: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).filter(([, { size }]) => size < LARGE));

/** Large tensors as they are, and one of all small ones, concatenated in order, `[elements]`. */
function flatten(tensors: NamedTensors): NamedTensors {
  const joined = Object.values(small(tensors)).map((tensor) => tf.reshape(tensor, [tensor.size]));
  const large = Object.entries(tensors).filter(([, { size }]) => size >= LARGE);
  return { ...(joined.length > 0 && { [FLAT]: tf.concat(joined) }), ...Object.fromEntries(large) };
}

/** The inverse of {@link flatten}. Names and shapes are those of `like`. */
function unflatten(flat: NamedTensors, like: NamedTensors): NamedTensors {
  let first = 0;
  return mapNamed(like, ({ shape, size }, name) => {
    if (size >= LARGE) return flat[name]!;
    const part = tf.reshape(tf.slice(flat[FLAT]!, [first], [size]), shape);
    first += size;
    return part;
  });
}

/**
 * Runs an elementwise optimizer on all small parameters concatenated into one tensor, and on each large one. One update
 * of a long tensor needs a few operations; one update per parameter needs hundreds, which take long to compile and to
 * start. For a large parameter the copies would cost more memory and time than that.
 *
 * @returns the optimizer itself if it does not say that it is `elementwise`
 */
export function flatOptimizer(optimizer: Optimizer): Optimizer {
  if (!optimizer.elementwise) return optimizer;
  return {
    ...optimizer,
    init: (parameters) => tf.tidy(() => optimizer.init(flatten(parameters))),
    update: (gradients, state, { parameters, learningRate }) => {
      const trained = mapNamed(gradients, (_, name) => parameters[name]!);
      const { updates, state: next } = optimizer.update(flatten(gradients), state, {
        parameters: flatten(trained),
        learningRate,
      });
      return { updates: unflatten(updates, trained), state: next };
    },
  };
}

/** Turns the state of a flat optimizer into that of the original optimizer. It is saved in this form. */
export const splitState = (state: OptimizerState, parameters: NamedTensors): OptimizerState =>
  mapPerParameter(state, (group) => (group[FLAT] ? unflatten(group, parameters) : group));

/** The inverse of {@link splitState}. */
export const joinState = (split: OptimizerState, optimizer: Optimizer, parameters: NamedTensors): OptimizerState =>
  optimizer.elementwise
    ? mapPerParameter(split, (group) => flatten(mapNamed(parameters, (_, name) => group[name]!)))
    : split;
