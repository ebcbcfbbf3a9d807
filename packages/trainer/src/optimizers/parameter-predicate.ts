import type * as tf from '@tensorflow/tfjs-core';

/** Says something of a parameter by its name, such as `lowLevel.blocks.0.feedForward.down.weight`, and its shape. */
export type ParameterPredicate = (name: string, parameter: tf.Tensor) => boolean;

/** Whether a part of a name, such as `tokenEmbedding` or `outputHead`, ends so. */
const within = (name: string, ending: RegExp) => name.split('.').some((part) => ending.test(part));

/**
 * Whether a parameter is a matrix between hidden layers: of two axes, and by its name in no embedding and no head. These
 * are what Muon is for.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { isHiddenMatrix } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * console.log(isHiddenMatrix('lowLevel.blocks.0.feedForward.down.weight', tf.zeros([8, 4]))); // true
 * console.log(isHiddenMatrix('outputHead.weight', tf.zeros([8, 4]))); // false
 * ```
 */
export const isHiddenMatrix: ParameterPredicate = (name, { rank }) => rank === 2 && !within(name, /(embedding|head)$/i);

/**
 * Whether a parameter is a matrix that activations are multiplied with, which is what weight decay is for: of two axes
 * or more, and by its name in no embedding. Gains of norms, biases and embeddings are not.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { adamW, isWeightMatrix } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const optimizer = adamW({ learningRate: 1e-3, weightDecay: 0.1, decays: isWeightMatrix });
 * console.log(isWeightMatrix('outputHead.weight', tf.zeros([8, 4]))); // true
 * console.log(isWeightMatrix('tokenEmbedding.weight', tf.zeros([8, 4]))); // false
 * ```
 */
export const isWeightMatrix: ParameterPredicate = (name, { rank }) => rank >= 2 && !within(name, /embedding$/i);
