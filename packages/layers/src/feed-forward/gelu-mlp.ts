import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectWidth } from '../checks/shape-error';
import type { Layer } from '../layer';
import { Linear } from '../linear';
import type { RandomStream } from '../random/random-stream';

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** `tanh(sqrt(2 / pi) (x + 0.044715 x^3))`, close to `erf(x / sqrt(2))`. */
const softSign = (x: tf.Tensor) => tf.tanh(tf.mul(SQRT_2_OVER_PI, tf.add(x, tf.mul(CUBIC, tf.mul(x, tf.square(x))))));

/**
 * The Gaussian error linear unit in its tanh form, `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`, elementwise. It
 * is within 5e-4 of the exact form with erf. In PyTorch it is `gelu(x, approximate='tanh')`.
 *
 * Source: arXiv 1606.08415, section 2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { gelu } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * gelu(tf.tensor1d([-1, 0, 1])).print(); // [-0.159, 0, 0.841]
 * ```
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const activate = customGradient(
    (input: T) => ({ value: tf.mul<T>(tf.mul(0.5, input), tf.add(1, softSign(input))), saved: [input] }),
    (dy, [x]) => {
      const t = softSign(x);
      const slopeInside = tf.mul(SQRT_2_OVER_PI, tf.add(1, tf.mul(3 * CUBIC, tf.square(x))));
      const slope = tf.add(tf.add(1, t), tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), slopeInside));
      return [tf.mul(dy, tf.mul(0.5, slope))];
    },
  );
  return activate(x);
}

/** Options of {@link GeluMlp}. */
export interface GeluMlpOptions {
  hiddenSize: number;
  /** The inner width is `round(expansion * hiddenSize)`. Default 4. */
  expansion?: number;
  /** The exact inner width, instead of `expansion`. */
  innerSize?: number | undefined;
  random: RandomStream;
}

/**
 * The feed-forward layer `down(gelu(up x))`, without biases. Choose it in a block with `feedForward: 'gelu'`. At equal
 * expansion it has as many weights as `SwiGLU` before the latter's inner width is rounded up.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GeluMlp, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new GeluMlp({ hiddenSize: 16, random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export class GeluMlp implements Layer {
  readonly parameters: { up: Linear; down: Linear };
  readonly hiddenSize: number;

  constructor(options: GeluMlpOptions) {
    expectLayerOptions('GeluMlp', options, ['hiddenSize', 'expansion', 'innerSize', 'random']);
    const { hiddenSize, expansion = 4, random } = options;
    const { innerSize = Math.round(expansion * hiddenSize) } = options;
    expectSizes('GeluMlp', { hiddenSize, innerSize });
    expectRandom('GeluMlp', random);
    this.hiddenSize = hiddenSize;
    this.parameters = {
      up: new Linear({ inputSize: hiddenSize, outputSize: innerSize, random }),
      down: new Linear({ inputSize: innerSize, outputSize: hiddenSize, random }),
    };
  }

  /** @param x `[..., hiddenSize]`; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T {
    expectWidth('GeluMlp', x, this.hiddenSize);
    const { up, down } = this.parameters;
    return tf.tidy(() => down.apply(gelu(up.apply(x))) as T);
  }
}
