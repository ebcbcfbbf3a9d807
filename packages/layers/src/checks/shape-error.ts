import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from './describe-value';

const show = (shape: readonly (number | string)[]) => `[${shape.join(', ')}]`;

/**
 * The error for a tensor of a wrong shape. It names the layer, the expected shape and the shape it got.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear, RandomStream, ShapeError } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new Linear({ inputSize: 4, outputSize: 2, random: new RandomStream(0) });
 * try {
 *   layer.apply(tf.ones([3, 5]));
 * } catch (error) {
 *   if (!(error instanceof ShapeError)) throw error;
 *   console.log(error.message); // Linear: got a tensor of shape [3, 5], expected [3, 4]
 * }
 * ```
 */
export class ShapeError extends Error {
  constructor(
    readonly layer: string,
    readonly expected: readonly (number | string)[],
    readonly got: readonly number[],
    hint = '',
  ) {
    super(`${layer}: got a tensor of shape ${show(got)}, expected ${show(expected)}${hint && `; ${hint}`}`);
    this.name = 'ShapeError';
  }
}

function expectTensor(layer: string, tensor: unknown, expected: readonly (number | string)[]): void {
  if (tensor instanceof tf.Tensor) return;
  throw new TypeError(`${layer}: got ${describeValue(tensor)}, expected a tensor of shape ${show(expected)}`);
}

/**
 * Throws a {@link ShapeError} unless a tensor has the expected shape. A string such as `'batch'` allows any size.
 *
 * @throws TypeError for what is no tensor.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { expectShape } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * expectShape('my layer', tf.zeros([2, 5, 8]), ['batch', 'seq', 8]);
 * ```
 */
export function expectShape(layer: string, tensor: tf.Tensor, expected: readonly (number | string)[], hint = ''): void {
  expectTensor(layer, tensor, expected);
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (!fits) throw new ShapeError(layer, expected, shape, hint);
}

/**
 * Throws a {@link ShapeError} unless the last axis of a tensor has the size `width`. Other axes may have any size.
 *
 * @throws TypeError for what is no tensor.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { expectWidth } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * expectWidth('my layer', tf.zeros([2, 5, 8]), 8);
 * ```
 */
export function expectWidth(layer: string, tensor: tf.Tensor, width: number): void {
  expectTensor(layer, tensor, ['...', width]);
  expectShape(layer, tensor, [...tensor.shape.slice(0, -1), width]);
}
