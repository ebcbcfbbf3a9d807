import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/act';
import type { ParameterPredicate } from './parameter-predicate';

/** What a transformation may look at beside the gradients. */
export interface TransformationContext {
  parameters: NamedTensors;
  /** The learning rate of this step, a scalar tensor. */
  learningRate: tf.Tensor;
}

/**
 * One stage on the way from gradients to updates, with state of its own. Pure: state goes in and comes out, all of it
 * tensors, so that a step can be recorded and a run saved. (The shape of DeepMind's optax.)
 */
export interface GradientTransformation {
  /**
   * Whether shapes and names of parameters are of no account, so that all may be handed over laid end to end, as one: as
   * where each element's update follows from its own gradient, parameter and state. Default false.
   */
  readonly elementwise?: boolean;
  /** The state before the first step. The caller owns its tensors. */
  init(parameters: NamedTensors): NamedTensors;
  update(
    updates: NamedTensors,
    state: NamedTensors,
    context: TransformationContext,
  ): { updates: NamedTensors; state: NamedTensors };
}

/** Applies `f` to each named tensor. */
export function mapNamed(tensors: NamedTensors, f: (tensor: tf.Tensor, name: string) => tf.Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor, name)]));
}

/** The named tensors under a prefix, without it. */
export function under(tensors: NamedTensors, prefix: string): NamedTensors {
  const found: NamedTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = tensor;
  }
  return found;
}

/** The same tensors, their names behind a prefix. */
export function behind(tensors: NamedTensors, prefix: string): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

/**
 * Transformations one after the other, each fed what the one before it made.
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
  return {
    elementwise: transformations.every((stage) => stage.elementwise ?? false),
    init: (parameters) =>
      Object.assign({}, ...transformations.map((stage, i) => behind(stage.init(parameters), `${i}/`))) as NamedTensors,
    update(updates, state, context) {
      const next: NamedTensors = {};
      let current = updates;
      transformations.forEach((stage, i) => {
        const result = stage.update(current, under(state, `${i}/`), context);
        current = result.updates;
        Object.assign(next, behind(result.state, `${i}/`));
      });
      return { updates: current, state: next };
    },
  };
}

/** A transformation that keeps no state. */
export function stateless(
  f: (update: tf.Tensor, parameter: tf.Tensor, context: TransformationContext) => tf.Tensor,
): GradientTransformation {
  return {
    init: () => ({}),
    update: (updates, state, context) => ({
      updates: mapNamed(updates, (update, name) => f(update, context.parameters[name]!, context)),
      state,
    }),
  };
}

/**
 * Adds the parameters, times a weight: decoupled weight decay once the learning rate is applied.
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
 * const { updates } = addDecayedWeights(0.1, (name) => name !== 'bias').update(gradients, {}, context);
 * updates['weight']!.print(); // [[2]]
 * updates['bias']!.print(); // [1]
 * ```
 */
export function addDecayedWeights(weightDecay: number, decays?: ParameterPredicate): GradientTransformation {
  const decayed = (update: tf.Tensor, parameter: tf.Tensor) => tf.add(update, tf.mul(parameter, weightDecay));
  if (decays === undefined) return { ...stateless(decayed), elementwise: true };
  return {
    init: () => ({}),
    update: (updates, state, { parameters }) => ({
      updates: mapNamed(updates, (update, name) => {
        const parameter = parameters[name]!;
        return decays(name, parameter) ? decayed(update, parameter) : update;
      }),
      state,
    }),
  };
}

/** Turns a direction of ascent into a step down: times minus the learning rate. Last in every chain. */
export const scaleByLearningRate = (): GradientTransformation => ({
  ...stateless((update, _, { learningRate }) => tf.mul(update, tf.neg(learningRate))),
  elementwise: true,
});
