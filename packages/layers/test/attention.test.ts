import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  disposeParameters,
  dotProductAttention,
  RandomStream,
  RotaryEmbedding,
  valueAndGradients,
} from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

type Sizes = { hiddenSize: number; heads: number; keyValueHeads: number; headSize: number };

/** Attention written out number by number, in float64, as its definition says. */
function naiveAttention(
  x: number[][],
  { heads, keyValueHeads, headSize }: Sizes,
  queryKeyValue: number[][],
  output: number[][],
  rotate: (vector: number[], position: number) => number[],
): number[][] {
  const times = (vector: number[], matrix: number[][]) =>
    matrix[0]!.map((_, column) => vector.reduce((sum, value, row) => sum + value * matrix[row]![column]!, 0));
  const projected = x.map((row) => times(row, queryKeyValue));
  const head = (position: number, index: number) =>
    projected[position]!.slice(index * headSize, (index + 1) * headSize);
  return x.map((_, position) => {
    const joined = Array.from({ length: heads }, (_, h) => {
      const shared = Math.floor(h / (heads / keyValueHeads));
      const query = rotate(head(position, h), position);
      const scores = x.map((_, other) => {
        const key = rotate(head(other, heads + shared), other);
        return query.reduce((sum, value, i) => sum + value * key[i]!, 0) / Math.sqrt(headSize);
      });
      const weights = scores.map(Math.exp);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return Array.from({ length: headSize }, (_, i) =>
        x.reduce(
          (sum, _, other) => sum + (weights[other]! / total) * head(other, heads + keyValueHeads + shared)[i]!,
          0,
        ),
      );
    }).flat();
    return times(joined, output);
  });
}

const rotatedByHand = (vector: number[], position: number) => {
  const half = vector.length / 2;
  const angle = (i: number) => position / 10_000 ** ((2 * i) / vector.length);
  return vector.map((value, i) =>
    i < half
      ? value * Math.cos(angle(i)) - vector[i + half]! * Math.sin(angle(i))
      : value * Math.cos(angle(i - half)) + vector[i - half]! * Math.sin(angle(i - half)),
  );
};

describe('Attention', () => {
  const seq = 5;
  it.each<[string, Sizes, boolean]>([
    ['as many key/value heads as queries', { hiddenSize: 12, heads: 3, keyValueHeads: 3, headSize: 4 }, false],
    ['the same with rotary positions', { hiddenSize: 12, heads: 3, keyValueHeads: 3, headSize: 4 }, true],
    ['two groups of two', { hiddenSize: 16, heads: 4, keyValueHeads: 2, headSize: 4 }, true],
    ['one key/value head for all', { hiddenSize: 8, heads: 4, keyValueHeads: 1, headSize: 2 }, true],
    ['heads wider than their share', { hiddenSize: 8, heads: 2, keyValueHeads: 1, headSize: 6 }, true],
  ])('is what its definition says: %s', (_, sizes, positions) => {
    const random = new RandomStream(0);
    const rotary = positions ? new RotaryEmbedding({ headSize: sizes.headSize, seqLen: seq }) : undefined;
    const layer = new Attention({ ...sizes, rotary, random });
    const { queryKeyValue, output } = layer.parameters;
    const x = [0, 1].map(() =>
      Array.from({ length: seq }, () => Array.from({ length: sizes.hiddenSize }, () => random.normal())),
    );
    const got = tf.tidy(() => layer.apply(tf.tensor3d(x)).arraySync());
    x.forEach((sample, b) => {
      const expected = naiveAttention(
        sample,
        sizes,
        queryKeyValue.parameters.weight.arraySync(),
        output.parameters.weight.arraySync(),
        positions ? rotatedByHand : (vector) => vector,
      );
      expected.forEach((row, position) =>
        row.forEach((value, i) => expect(got[b]![position]![i]).toBeCloseTo(value, 5)),
      );
    });
    disposeParameters(layer);
    rotary?.dispose();
  });

  it('refuses sizes that do not fit and names them', () => {
    const random = new RandomStream(0);
    expect(() => new Attention({ hiddenSize: 16, heads: 3, random })).toThrow(
      /hiddenSize 16 does not divide by 3 heads/,
    );
    expect(() => new Attention({ hiddenSize: 16, heads: 0, random })).toThrow(/heads is 0, expected a whole/);
    expect(() => new Attention({ hiddenSize: 16, heads: 2, headSize: 0.5, random })).toThrow(/headSize is 0.5/);
    for (const [keyValueHeads, message] of [
      [3, 'heads is 4, expected a multiple of keyValueHeads, 3'],
      [0, 'keyValueHeads is 0, expected a whole number of at least 1'],
      [-2, 'keyValueHeads is -2'],
    ] as const) {
      expect(() => new Attention({ hiddenSize: 16, heads: 4, keyValueHeads, random })).toThrow(message);
    }
    const rotary = new RotaryEmbedding({ headSize: 4, seqLen: 5 });
    expect(() => new Attention({ hiddenSize: 16, heads: 2, rotary, random })).toThrow(
      /has headSize 4, expected 8, as the heads/,
    );
    rotary.dispose();
  });
});

describe('dotProductAttention', () => {
  const random = new RandomStream(3);
  const normal = (shape: [number, number, number, number]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
      shape,
    ) as tf.Tensor4D;

  it('is softmax(q k^T) v', () => {
    const [q, k, v] = [normal([2, 3, 4, 5]), normal([2, 3, 6, 5]), normal([2, 3, 6, 7])];
    const plain = tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v).dataSync();
    dotProductAttention(q, k, v)
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 5));
  });

  it('has the gradients of the plain softmax', () => {
    const inputs = [normal([2, 1, 4, 5]), normal([2, 1, 6, 5]), normal([2, 1, 6, 3])] as const;
    const weight = normal([2, 1, 4, 3]);
    const gradients = (attend: typeof dotProductAttention) =>
      valueAndGradients(() => ({ loss: tf.sum(tf.mul(attend(...inputs), weight)) as tf.Scalar, auxiliary: {} }), inputs)
        .gradients;
    const plain = gradients((q, k, v) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v) as tf.Tensor4D);
    gradients(dotProductAttention).forEach((gradient, index) => {
      const expected = plain[index]!.dataSync();
      gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    });
  });

  it('stays finite for products that overflow exp', () => {
    const q = tf.tensor4d([1000, -1000], [1, 1, 1, 2]);
    const k = tf.tensor4d([1, 0, 0, 1], [1, 1, 2, 2]);
    const v = tf.tensor4d([3, 4], [1, 1, 2, 1]);
    expect([...dotProductAttention(q, k, v).dataSync()]).toEqual([3]);
  });
});
