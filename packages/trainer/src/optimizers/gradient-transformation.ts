import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { describeValue, expectNotNegative, expectPart } from '@hrm/layers/internal';
import type { OptimizerState } from './optimizer-state';
import { describeParameter, type ParameterKinds, type ParameterPredicate } from './parameter-predicate';

/** What a transformation may read besides the gradients. */
export interface TransformationContext {
  parameters: NamedTensors;
  /** The kind of each parameter, from `parameterKinds` of `@hrm/layers`. Default: all are `'hidden'`. */
  kinds?: ParameterKinds;
  /** The learning rate of this step, a scalar tensor. */
  learningRate: tf.Tensor;
}

/**
 * One stage between gradients and updates, with its own state. It is pure: the state goes in and comes out as tensors,
 * so a step can be recorded and a run saved. The design is that of DeepMind's optax.
 */
export interface GradientTransformation {
  /**
   * Whether each element's update depends only on its own gradient, parameter and state. Then all parameters may be
   * passed as one concatenated tensor. Default false.
   */
  readonly elementwise?: boolean;
  /** The state before the first step. The caller owns its tensors. @param kinds as in the context of `update`. */
  init(parameters: NamedTensors, kinds?: ParameterKinds): OptimizerState;
  update(
    updates: NamedTensors,
    state: OptimizerState,
    context: TransformationContext,
  ): { updates: NamedTensors; state: OptimizerState };
}

/** Applies `f` to each named tensor. */
export function mapNamed(tensors: NamedTensors, f: (tensor: tf.Tensor, name: string) => tf.Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor, name)]));
}

/**
 * Applies transformations in order. Each gets the output of the one before it.
 *
 * @example
 * ```ts
 * import { addDecayedWeights, chain, scaleByAdam, scaleByLearningRate } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const adamW = chain(scaleByAdam({ beta1: 0.9, beta2: 0.95 }), addDecayedWeights(0.1), scaleByLearningRate());
 * console.log(adamW.init({})); // the count of steps
 * ```
 */
export function chain(...transformations: GradientTransformation[]): GradientTransformation {
  transformations.forEach((stage, i) => expectPart(`chain: transformation ${i + 1}`, stage, ['init', 'update']));
  return {
    elementwise: transformations.every((stage) => stage.elementwise ?? false),
    init: (parameters, kinds) => ({
      stages: Object.fromEntries(transformations.map((stage, i) => [i, stage.init(parameters, kinds)])),
    }),
    update(updates, state, context) {
      const stages: OptimizerState['stages'] = {};
      let current = updates;
      transformations.forEach((stage, i) => {
        const result = stage.update(current, state.stages?.[i] ?? {}, context);
        current = result.updates;
        stages[i] = result.state;
      });
      return { updates: current, state: { stages } };
    },
  };
}

/** A transformation that keeps no state. */
export function stateless(
  f: (update: tf.Tensor, parameter: tf.Tensor, context: TransformationContext) => tf.Tensor,
): GradientTransformation {
  if (typeof f !== 'function') {
    throw new TypeError(`stateless: got ${describeValue(f)}, expected a function of an update and its parameter`);
  }
  return {
    init: () => ({}),
    update: (updates, state, context) => ({
      updates: mapNamed(updates, (update, name) => f(update, context.parameters[name]!, context)),
      state,
    }),
  };
}

/**
 * Adds each parameter times a weight to its update. With the learning rate applied later, this is decoupled weight
 * decay.
 *
 * @param decays which parameters decay, such as `isWeightMatrix`. Default all.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { addDecayedWeights } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const parameters = { weight: tf.tensor2d([[10]]), bias: tf.tensor1d([10]) };
 * const context = { parameters, learningRate: tf.scalar(1) };
 * const gradients = { weight: tf.tensor2d([[1]]), bias: tf.tensor1d([1]) };
 * const { updates } = addDecayedWeights(0.1, ({ name }) => name !== 'bias').update(gradients, {}, context);
 * updates['weight']!.print(); // [[2]]
 * updates['bias']!.print(); // [1]
 * ```
 */
export function addDecayedWeights(weightDecay: number, decays?: ParameterPredicate): GradientTransformation {
  expectNotNegative('addDecayedWeights', { weightDecay });
  const decayed = (update: tf.Tensor, parameter: tf.Tensor) => tf.add(update, tf.mul(parameter, weightDecay));
  if (decays === undefined) return { ...stateless(decayed), elementwise: true };
  return {
    init: () => ({}),
    update: (updates, state, { parameters, kinds }) => ({
      updates: mapNamed(updates, (update, name) => {
        const parameter = parameters[name]!;
        return decays(describeParameter(name, parameter, kinds)) ? decayed(update, parameter) : update;
      }),
      state,
    }),
  };
}

/** Multiplies by minus the learning rate, so that the update descends. Put it last in a chain. */
export const scaleByLearningRate = (): GradientTransformation => ({
  ...stateless((update, _, { learningRate }) => tf.mul(update, tf.neg(learningRate))),
  elementwise: true,
});
