import * as tf from '@tensorflow/tfjs-core';
import { matMul } from './autodiff/mat-mul';
import { expectOptionsObject } from './checks/expect-options';
import { expectRandom } from './checks/expect-random';
import { expectSizes } from './checks/expect-sizes';
import { expectWidth } from './checks/shape-error';
import type { Layer, ParameterKind } from './layer';
import type { RandomStream } from './random/random-stream';
import { truncatedNormal } from './random/truncated-normal';

/** Sizes and start of a {@link Linear} layer. */
export interface LinearOptions {
  inputSize: number;
  outputSize: number;
  /** Adds a bias that starts at zero. Default false: of HRM's layers only the halting head has one. */
  bias?: boolean;
  /** What it is for, to optimizers: `'head'` where it reads a model's answers. Default that of the layer around it. */
  kind?: ParameterKind;
  random: RandomStream;
}

/**
 * `x W + b`, for `x` of any rank whose last axis is `inputSize`. `W` is kept as `[inputSize, outputSize]` (checkpoints
 * hold its transpose) and starts as a truncated normal of standard deviation `1 / sqrt(inputSize)`.
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
    expectOptionsObject('Linear', options, ['inputSize', 'outputSize', 'bias', 'kind', 'random']);
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
