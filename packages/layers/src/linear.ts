import * as tf from '@tensorflow/tfjs-core';
import { matMul } from './autodiff/mat-mul';
import { expectLayerOptions } from './checks/expect-options';
import { expectRandom } from './checks/expect-random';
import { expectSizes } from './checks/expect-sizes';
import { expectWidth } from './checks/shape-error';
import type { Layer, ParameterKind } from './layer';
import type { RandomStream } from './random/random-stream';
import { truncatedNormal } from './random/truncated-normal';

/** Options of {@link Linear}. */
export interface LinearOptions {
  inputSize: number;
  outputSize: number;
  /** Adds a bias that starts at zero. Default false. */
  bias?: boolean;
  /** The role of its parameters, such as `'head'` for an output layer. Default: that of the outer layer. */
  kind?: ParameterKind;
  random: RandomStream;
}

/**
 * `x W + b`, for `x` of any rank. `W` is `[inputSize, outputSize]` (official checkpoints hold its transpose); it starts
 * as a truncated normal of standard deviation `1 / sqrt(inputSize)`.
 *
 * Source: official HRM, `models/layers.py`, `CastedLinear`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new Linear({ inputSize: 4, outputSize: 2, random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([3, 5, 4])).shape); // [3, 5, 2]
 * ```
 */
export class Linear implements Layer {
  readonly kind?: ParameterKind;
  readonly parameters: { weight: tf.Variable<tf.Rank.R2>; bias?: tf.Variable<tf.Rank.R1> };

  constructor(options: LinearOptions) {
    expectLayerOptions('Linear', options, ['inputSize', 'outputSize', 'bias', 'kind', 'random']);
    const { inputSize, outputSize, bias = false, kind, random } = options;
    expectSizes('Linear', { inputSize, outputSize });
    expectRandom('Linear', random);
    if (kind !== undefined) this.kind = kind;
    const weight = tf.tidy(() =>
      tf.variable(
        truncatedNormal<tf.Rank.R2>({ shape: [inputSize, outputSize], std: 1 / Math.sqrt(inputSize), random }),
      ),
    );
    this.parameters = bias ? { weight, bias: tf.tidy(() => tf.variable(tf.zeros([outputSize]))) } : { weight };
  }

  /** @param x `[..., inputSize]`; @returns `[..., outputSize]`. */
  apply<T extends tf.Tensor>(x: T): T {
    const { weight, bias } = this.parameters;
    const [inputSize, outputSize] = weight.shape;
    expectWidth('Linear', x, inputSize);
    return tf.tidy(() => {
      const product = matMul(tf.reshape(x, [-1, inputSize]), weight);
      const shifted = bias ? tf.add(product, bias) : product;
      return tf.reshape(shifted, [...x.shape.slice(0, -1), outputSize]) as T;
    });
  }
}
