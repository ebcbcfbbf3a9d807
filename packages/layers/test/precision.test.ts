import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dotProductAttention,
  hasBfloat16,
  inPrecision,
  Linear,
  matMul,
  RandomStream,
  TokenEmbedding,
  valueAndGradients,
} from '../src/index';
import { bfloat16OnCpu, rounded, roundToBfloat16 } from './bfloat16-on-cpu';

const random = new RandomStream(3);
const normal = (...shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
    shape,
  );
const values = (x: tf.Tensor) => [...x.dataSync()];

beforeEach(() => tf.setBackend('cpu'));

describe('inPrecision', () => {
  it('changes nothing on a backend without bfloat16', () => {
    const [a, b] = [normal(3, 5) as tf.Tensor2D, normal(5, 2) as tf.Tensor2D];
    expect(hasBfloat16()).toBe(false);
    expect(values(inPrecision('bfloat16', () => matMul(a, b)))).toEqual(values(tf.matMul(a, b)));
  });

  it('refuses an unknown precision', () => {
    expect(() => inPrecision('float16' as never, () => 1)).toThrow(
      "inPrecision: precision is the string \"float16\", expected 'float32' or 'bfloat16'",
    );
  });
});

describe('where the backend has bfloat16', () => {
  let kernel: ReturnType<typeof bfloat16OnCpu>;
  beforeEach(() => {
    kernel = bfloat16OnCpu();
  });
  afterEach(() => kernel.remove());

  it('rounds to nearest, ties to even', () => {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
    expect([...roundToBfloat16([1 + 2 ** -8, 1 + 3 * 2 ** -8, -1.001, 0.1])]).toEqual([
      1,
      1 + 2 ** -6,
      -1,
      0.10009765625,
    ]);
  });

  it('multiplies rounded factors, and sums in float32', () => {
    const [a, b] = [normal(3, 5) as tf.Tensor2D, normal(5, 2) as tf.Tensor2D];
    expect(values(inPrecision('bfloat16', () => matMul(a, b)))).toEqual(values(tf.matMul(rounded(a), rounded(b))));
    expect(values(matMul(a, b))).toEqual(values(tf.matMul(a, b)));
  });

  it('takes the outer precision again after the call, also when it fails', () => {
    const x = normal(1, 1) as tf.Tensor2D;
    const fail = () =>
      inPrecision('bfloat16', () => {
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    matMul(x, x);
    expect(kernel.products()).toBe(0);
    inPrecision('bfloat16', () => inPrecision('float32', () => matMul(x, x)));
    expect(kernel.products()).toBe(0);
  });

  it('computes gradients in the precision of the forward pass, though they are computed later', () => {
    const [a, b] = [normal(3, 5) as tf.Tensor2D, normal(5, 2) as tf.Tensor2D];
    const { gradients } = valueAndGradients(
      () => ({ loss: tf.sum(tf.square(inPrecision('bfloat16', () => matMul(a, b)))) as tf.Scalar, auxiliary: {} }),
      [a, b],
    );
    const dy = rounded(tf.mul(2, tf.matMul(rounded(a), rounded(b))));
    expect(values(gradients[0]!)).toEqual(values(tf.matMul(dy, rounded(b), false, true)));
    expect(values(gradients[1]!)).toEqual(values(tf.matMul(rounded(a), dy, true, false)));
  });

  it('is the precision of linear layers and of attention, forward and backward', () => {
    const layer = new Linear({ inputSize: 4, outputSize: 3, bias: true, random });
    const x = normal(2, 4);
    const gradientsOf = (f: () => tf.Tensor, of: tf.Tensor[]) =>
      valueAndGradients(() => ({ loss: tf.sum(inPrecision('bfloat16', f)) as tf.Scalar, auxiliary: {} }), of);
    gradientsOf(() => layer.apply(x), [x, layer.parameters.weight]);
    expect(kernel.products()).toBe(3);
    const [q, k, v] = [normal(1, 2, 3, 4), normal(1, 2, 3, 4), normal(1, 2, 3, 4)] as tf.Tensor4D[];
    gradientsOf(() => dotProductAttention(q!, k!, v!), [q!, k!, v!]);
    expect(kernel.products()).toBe(3 + 2 + 4);
  });

  it('leaves the gradient of a look-up in float32 outside of inPrecision', () => {
    const tokens = new TokenEmbedding({ vocabSize: 3, hiddenSize: 4, random });
    const { gradients } = valueAndGradients(
      () => ({ loss: tf.sum(tokens.apply(tf.tensor2d([[0, 2]], [1, 2], 'int32'))) as tf.Scalar, auxiliary: {} }),
      [tokens.parameters.weight],
    );
    expect(values(gradients[0]!)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(kernel.products()).toBe(0);
  });
});
