import type { NamedTensors } from '@hrm/act';
import { behind, mapNamed, under, type GradientTransformation } from './gradient-transformation';
import type { ParameterPredicate } from './parameter-predicate';

/**
 * A transformation for the parameters that a predicate picks, and another for the rest. Each sees its own parameters
 * only; their states lie behind `picked/` and `rest/`.
 *
 * Source: optax, `multi_transform`, for two.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { partition, scaleByAdam, scaleByMuon } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const both = partition((_, { rank }) => rank === 2, { picked: scaleByMuon(), rest: scaleByAdam() });
 * console.log(Object.keys(both.init({ weight: tf.zeros([2, 3]), bias: tf.zeros([3]) })));
 * // picked/momentum/weight, rest/count, rest/mean/bias, rest/square/bias
 * ```
 */
export function partition(
  picks: ParameterPredicate,
  transformations: { picked: GradientTransformation; rest: GradientTransformation },
): GradientTransformation {
  const owners = ['picked', 'rest'] as const;
  return {
    init: (parameters) => {
      const groups = split(parameters, parameters, picks);
      return Object.assign(
        {},
        ...owners.map((owner) => behind(transformations[owner].init(groups[owner]), `${owner}/`)),
      ) as NamedTensors;
    },
    update(updates, state, context) {
      const groups = split(updates, context.parameters, picks);
      const results = owners.map((owner) => ({
        owner,
        ...transformations[owner].update(groups[owner], under(state, `${owner}/`), context),
      }));
      const made: NamedTensors = Object.assign({}, ...results.map((result) => result.updates)) as NamedTensors;
      return {
        // In the order in which they came.
        updates: mapNamed(updates, (_, name) => made[name]!),
        state: Object.assign({}, ...results.map((result) => behind(result.state, `${result.owner}/`))) as NamedTensors,
      };
    },
  };
}

/** The tensors of the parameters picked, and the others. */
function split(tensors: NamedTensors, parameters: NamedTensors, picks: ParameterPredicate) {
  const groups: { picked: NamedTensors; rest: NamedTensors } = { picked: {}, rest: {} };
  for (const [name, tensor] of Object.entries(tensors)) {
    groups[picks(name, parameters[name]!) ? 'picked' : 'rest'][name] = tensor;
  }
  return groups;
}
