import type { NamedTensors } from '@hrm/layers';
import { expectOptions, expectPart } from '@hrm/layers/internal';
import { mapNamed, type GradientTransformation } from './gradient-transformation';
import { describeParameter, type ParameterKinds, type ParameterPredicate } from './parameter-predicate';

/**
 * Applies one transformation to the parameters that a predicate picks, and another to the rest. Each sees only its own
 * parameters. Their states are the stages `picked` and `rest`.
 *
 * Source: optax, `multi_transform`, for two.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { partition, scaleByAdam, scaleByMuon } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const both = partition(({ shape }) => shape.length === 2, { picked: scaleByMuon(), rest: scaleByAdam() });
 * const { picked, rest } = both.init({ weight: tf.zeros([2, 3]), bias: tf.zeros([3]) }).stages!;
 * console.log(Object.keys(picked!.perParameter!), Object.keys(rest!.perParameter!)); // momentum; mean, square
 * ```
 */
export function partition(
  picks: ParameterPredicate,
  transformations: { picked: GradientTransformation; rest: GradientTransformation },
): GradientTransformation {
  expectOptions('partition', transformations, ['picked', 'rest']);
  const { picked, rest } = transformations;
  expectPart('partition: picked', picked, ['init', 'update']);
  expectPart('partition: rest', rest, ['init', 'update']);
  return {
    init(parameters, kinds) {
      const groups = split(parameters, parameters, picks, kinds);
      return { stages: { picked: picked.init(groups.picked, kinds), rest: rest.init(groups.rest, kinds) } };
    },
    update(updates, { stages = {} }, context) {
      const groups = split(updates, context.parameters, picks, context.kinds);
      const ofPicked = picked.update(groups.picked, stages['picked'] ?? {}, context);
      const ofRest = rest.update(groups.rest, stages['rest'] ?? {}, context);
      const made: NamedTensors = { ...ofPicked.updates, ...ofRest.updates };
      return {
        // In the order of the gradients.
        updates: mapNamed(updates, (_, name) => made[name]!),
        state: { stages: { picked: ofPicked.state, rest: ofRest.state } },
      };
    },
  };
}

/** Splits tensors into those of picked parameters and the others. */
function split(tensors: NamedTensors, parameters: NamedTensors, picks: ParameterPredicate, kinds?: ParameterKinds) {
  const groups: { picked: NamedTensors; rest: NamedTensors } = { picked: {}, rest: {} };
  for (const [name, tensor] of Object.entries(tensors)) {
    groups[picks(describeParameter(name, parameters[name]!, kinds)) ? 'picked' : 'rest'][name] = tensor;
  }
  return groups;
}
