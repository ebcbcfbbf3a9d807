import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectWidth } from '../checks/shape-error';
import type { Layer } from '../layer';
import { splitInHalf } from '../split-tensor';
import { Linear } from '../linear';
import type { RandomStream } from '../random/random-stream';

/** `silu(gate) * up`; the last axis of `gateUp` holds gate, then up. */
export const swigluGate = customGradient(
  (gateUp: tf.Tensor) => {
    const [gate, up] = splitInHalf(gateUp);
    return { value: tf.mul(tf.mul(gate, tf.sigmoid(gate)), up), saved: [gateUp] };
  },
  (dy, [gateUp]) => {
    const [gate, up] = splitInHalf(gateUp);
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid);
    // d silu(g) = sigmoid(g) + silu(g) (1 - sigmoid(g))
    const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
    return [tf.concat([tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)], -1)];
  },
);

/** Options of {@link SwiGLU}. */
export interface SwiGLUOptions {
  hiddenSize: number;
  /** The inner width is `expansion * hiddenSize * 2 / 3`, rounded up to a multiple of 256. Default 4. */
  expansion?: number;
  /** The exact inner width, instead of `expansion`. */
  innerSize?: number | undefined;
  random: RandomStream;
}

/**
 * The inner width of SwiGLU: `round(expansion * hiddenSize * 2 / 3)`, rounded up to a multiple of 256.
 *
 * Source: official HRM, `models/layers.py`, `SwiGLU`.
 */
export function swigluInnerSize(hiddenSize: number, expansion: number): number {
  const exact = (expansion * hiddenSize * 2) / 3;
  // Halves round to even, as in Python.
  const rounded = exact % 1 === 0.5 ? 2 * Math.round(exact / 2) : Math.round(exact);
  return Math.ceil(rounded / 256) * 256;
}

/**
 * The gated feed-forward layer `down(silu(gate x) * (up x))`, without biases. Gate and up are one matrix, gate first.
 *
 * Source: official HRM, `models/layers.py`, `SwiGLU`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, SwiGLU } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new SwiGLU({ hiddenSize: 16, random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export class SwiGLU implements Layer {
  readonly parameters: { gateUp: Linear; down: Linear };
  readonly hiddenSize: number;

  constructor(options: SwiGLUOptions) {
    expectLayerOptions('SwiGLU', options, ['hiddenSize', 'expansion', 'innerSize', 'random']);
    const { hiddenSize, expansion = 4, random } = options;
    const { innerSize = swigluInnerSize(hiddenSize, expansion) } = options;
    expectSizes('SwiGLU', { hiddenSize, innerSize });
    expectRandom('SwiGLU', random);
    this.hiddenSize = hiddenSize;
    this.parameters = {
      gateUp: new Linear({ inputSize: hiddenSize, outputSize: 2 * innerSize, random }),
      down: new Linear({ inputSize: innerSize, outputSize: hiddenSize, random }),
    };
  }

  /** @param x `[..., hiddenSize]`; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T {
    expectWidth('SwiGLU', x, this.hiddenSize);
    const { gateUp, down } = this.parameters;
    return tf.tidy(() => down.apply(swigluGate(gateUp.apply(x))) as T);
  }
}
