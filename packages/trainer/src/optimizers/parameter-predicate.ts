import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterKind } from '@hrm/layers';

/** The kind of each parameter, by name; `'hidden'` where none is given. */
export type ParameterKinds = { readonly [name: string]: ParameterKind };

/** What a predicate knows of a parameter. */
export interface ParameterDescription {
  /** Such as `lowLevel.blocks.0.feedForward.down.weight`. */
  name: string;
  shape: readonly number[];
  /** Its kind, declared by its layer. */
  kind: ParameterKind;
}

/** Picks parameters. */
export type ParameterPredicate = (parameter: ParameterDescription) => boolean;

/** Describes a parameter for predicates. */
export const describeParameter = (name: string, { shape }: tf.Tensor, kinds: ParameterKinds = {}) => ({
  name,
  shape,
  kind: kinds[name] ?? 'hidden',
});

/**
 * Whether a parameter is a matrix between hidden layers: it has two axes and is not part of an embedding or a head.
 * Muon updates these.
 *
 * @example
 * ```ts
 * import { isHiddenMatrix } from '@hrm/trainer';
 *
 * console.log(isHiddenMatrix({ name: 'lowLevel.down.weight', shape: [8, 4], kind: 'hidden' })); // true
 * console.log(isHiddenMatrix({ name: 'outputHead.weight', shape: [8, 4], kind: 'head' })); // false
 * ```
 */
export const isHiddenMatrix: ParameterPredicate = ({ kind, shape }) => kind === 'hidden' && shape.length === 2;

/**
 * Whether activations are multiplied by a parameter: it has two or more axes and belongs to a hidden layer or a head.
 * Weight decay is meant for these, not for gains of norms, biases and embeddings.
 *
 * @example
 * ```ts
 * import { adamW, isWeightMatrix } from '@hrm/trainer';
 *
 * adamW({ learningRate: 1e-3, weightDecay: 0.1, decays: isWeightMatrix });
 * console.log(isWeightMatrix({ name: 'outputHead.weight', shape: [8, 4], kind: 'head' })); // true
 * console.log(isWeightMatrix({ name: 'tokenEmbedding.weight', shape: [8, 4], kind: 'embedding' })); // false
 * ```
 */
export const isWeightMatrix: ParameterPredicate = ({ kind, shape }) =>
  (kind === 'hidden' || kind === 'head') && shape.length >= 2;
