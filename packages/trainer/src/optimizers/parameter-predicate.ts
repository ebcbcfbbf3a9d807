import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterKind } from '@hrm/layers';

/** What parameters are for, by name; `'hidden'` where none is given. */
export type ParameterKinds = { readonly [name: string]: ParameterKind };

/** What a predicate is told of a parameter. */
export interface ParameterDescription {
  /** Such as `lowLevel.blocks.0.feedForward.down.weight`. */
  name: string;
  shape: readonly number[];
  /** What it is for, as its layer declares. */
  kind: ParameterKind;
}

/** Picks parameters. */
export type ParameterPredicate = (parameter: ParameterDescription) => boolean;

/** A parameter, for predicates. */
export const describeParameter = (name: string, { shape }: tf.Tensor, kinds: ParameterKinds = {}) => ({
  name,
  shape,
  kind: kinds[name] ?? 'hidden',
});

/**
 * Whether a parameter is a matrix between hidden layers: of two axes, and in no embedding and no head. These are what
 * Muon is for.
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
 * Whether a parameter is a matrix that activations are multiplied with, which is what weight decay is for: of two axes
 * or more, of hidden layers or a head. Gains of norms, biases and embeddings are not.
 *
 * @example
 * ```ts
 * import { adamW, isWeightMatrix } from '@hrm/trainer';
 *
 * const optimizer = adamW({ learningRate: 1e-3, weightDecay: 0.1, decays: isWeightMatrix });
 * console.log(isWeightMatrix({ name: 'outputHead.weight', shape: [8, 4], kind: 'head' })); // true
 * console.log(isWeightMatrix({ name: 'tokenEmbedding.weight', shape: [8, 4], kind: 'embedding' })); // false
 * ```
 */
export const isWeightMatrix: ParameterPredicate = ({ kind, shape }) =>
  (kind === 'hidden' || kind === 'head') && shape.length >= 2;
