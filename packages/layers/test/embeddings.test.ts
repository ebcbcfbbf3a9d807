import * as tf from '@tensorflow/tfjs-core';
import {
  disposeParameters,
  PositionEmbedding,
  PuzzleEmbedding,
  RandomStream,
  ShapeError,
  TokenEmbedding,
  valueAndGradients,
} from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

describe.each(['cpu', 'wasm'] as const)('embeddings on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('TokenEmbedding gives the rows of its table', () => {
    const embedding = new TokenEmbedding({ vocabSize: 5, hiddenSize: 3, random: new RandomStream(0) });
    const { weight } = embedding.parameters;
    const table = weight.arraySync();
    tf.tidy(() => {
      const tokens = tf.tensor2d([4, 0, 4, 1], [2, 2], 'int32');
      expect(embedding.apply(tokens).arraySync()).toEqual([
        [table[4], table[0]],
        [table[4], table[1]],
      ]);
    });
    disposeParameters(embedding);
  });

  it('TokenEmbedding sums the gradients of a repeated token', () => {
    const embedding = new TokenEmbedding({ vocabSize: 4, hiddenSize: 2, random: new RandomStream(0) });
    tf.tidy(() => {
      const tokens = tf.tensor2d([3, 1, 3], [1, 3], 'int32');
      const upstream = tf.tensor3d([
        [
          [1, 2],
          [10, 20],
          [100, 200],
        ],
      ]);
      const { gradients } = valueAndGradients(
        () => ({ loss: tf.sum(tf.mul(embedding.apply(tokens), upstream)) as tf.Scalar, auxiliary: {} }),
        [embedding.parameters.weight],
      );
      expect(gradients[0]!.arraySync()).toEqual([
        [0, 0],
        [10, 20],
        [0, 0],
        [101, 202],
      ]);
    });
    disposeParameters(embedding);
  });

  it('PositionEmbedding adds its vectors and scales by 1 / sqrt(2)', () => {
    const positions = new PositionEmbedding({ seqLen: 3, hiddenSize: 2, random: new RandomStream(0) });
    const table = positions.parameters.weight.arraySync();
    const got = tf.tidy(() => positions.apply(tf.ones([2, 3, 2])).arraySync());
    for (const sample of got) {
      sample.forEach((row, position) =>
        row.forEach((value, i) => expect(value).toBeCloseTo((1 + table[position]![i]!) / Math.SQRT2, 6)),
      );
    }
    // Without the check these would be broadcast in silence.
    for (const shape of [
      [2, 1, 2],
      [2, 3, 1],
    ] as [number, number, number][]) {
      expect(() => positions.apply(tf.ones(shape))).toThrow(ShapeError);
    }
    disposeParameters(positions);
  });

  it('PuzzleEmbedding lays its rows out as positions, padded with zeros', () => {
    const puzzles = new PuzzleEmbedding({ puzzles: 3, size: 5, hiddenSize: 2 });
    expect(puzzles.positions).toBe(3);
    tf.tidy(() => {
      puzzles.parameters.weight.assign(tf.reshape(tf.range(0, 15), [3, 5]) as tf.Tensor2D);
      const rows = puzzles.rows(tf.tensor1d([2, 0], 'int32'));
      expect(puzzles.apply(rows).arraySync()).toEqual([
        [
          [10, 11],
          [12, 13],
          [14, 0],
        ],
        [
          [0, 1],
          [2, 3],
          [4, 0],
        ],
      ]);
    });
    disposeParameters(puzzles);
  });

  it('PuzzleEmbedding takes a count of positions, and refuses one that cannot hold the vector', () => {
    const puzzles = new PuzzleEmbedding({ puzzles: 3, size: 4, hiddenSize: 2, positions: 4 });
    tf.tidy(() => {
      expect(puzzles.apply(tf.ones([1, 4])).arraySync()).toEqual([
        [
          [1, 1],
          [1, 1],
          [0, 0],
          [0, 0],
        ],
      ]);
    });
    expect(() => new PuzzleEmbedding({ puzzles: 3, size: 5, hiddenSize: 2, positions: 2 })).toThrow(
      /2 positions of 2 cannot hold a vector of 5; give at least 3 positions/,
    );
    disposeParameters(puzzles);
  });

  it('the table of PuzzleEmbedding is not trainable, since it has its own optimizer', () => {
    const puzzles = new PuzzleEmbedding({ puzzles: 3, size: 4, hiddenSize: 2 });
    expect(puzzles.parameters.weight.trainable).toBe(false);
    disposeParameters(puzzles);
  });
});
