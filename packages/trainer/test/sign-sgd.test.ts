import * as tf from '@tensorflow/tfjs-core';
import { signSgd } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

describe.each(['cpu', 'wasm'] as const)('signSgd on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const table = [
    [1, -1],
    [2, -2],
    [3, -3],
    [4, -4],
  ];

  /** The table after a step on the rows of these identifiers. */
  function step(identifiers: number[], gradients: number[][], weightDecay: number, rate = 0.1): number[][] {
    return tf.tidy(() =>
      signSgd({ learningRate: rate, weightDecay })
        .update({
          table: tf.tensor2d(table),
          identifiers: tf.tensor1d(identifiers, 'int32'),
          rows: tf.tensor2d(identifiers.map((identifier) => table[identifier]!)),
          gradients: tf.tensor2d(gradients),
          learningRate: tf.scalar(rate),
        })
        .arraySync(),
    );
  }

  function expectTable(got: number[][], expected: number[][]): void {
    got.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 6)));
  }

  it('moves rows by the learning rate against the sign of their gradient, whatever its size', () => {
    expectTable(
      step(
        [2, 0],
        [
          [1e-6, -1e6],
          [5, 0],
        ],
        0,
      ),
      [
        [0.9, -1],
        [2, -2],
        [2.9, -2.9],
        [4, -4],
      ],
    );
  });

  it('sums the gradients of equal identifiers before it takes the sign', () => {
    // Row 1: 3 - 1 - 1 = 1 and -1 + 0.4 + 0.4 = -0.2; the signs alone would say otherwise.
    const expected = [
      [1, -1],
      [1.9, -1.9],
      [3, -3],
      [3.9, -4.1],
    ];
    expectTable(
      step(
        [1, 3, 1, 1],
        [
          [3, -1],
          [1, 1],
          [-1, 0.4],
          [-1, 0.4],
        ],
        0,
      ),
      expected,
    );
    expectTable(
      step(
        [1, 1, 3, 1],
        [
          [-1, 0.4],
          [3, -1],
          [1, 1],
          [-1, 0.4],
        ],
        0,
      ),
      expected,
    );
  });

  it('decays each row of the batch once, however often it occurs, and no other', () => {
    // Row 1: times 1 - 0.1 * 0.5, then the step.
    expectTable(
      step(
        [1, 1],
        [
          [1, 1],
          [1, 1],
        ],
        0.5,
      ),
      [
        [1, -1],
        [2 * 0.95 - 0.1, -2 * 0.95 - 0.1],
        [3, -3],
        [4, -4],
      ],
    );
  });

  it('only decays a row whose gradient is zero', () => {
    expectTable(step([3], [[0, 0]], 0.5), [
      [1, -1],
      [2, -2],
      [3, -3],
      [3.8, -3.8],
    ]);
  });

  it('leaves unused rows unchanged to the last bit', () => {
    expect(step([0], [[1, 1]], 1).slice(1)).toEqual(table.slice(1));
  });

  it('does not write into the given table', () => {
    tf.tidy(() => {
      const given = tf.variable(tf.tensor2d(table));
      const identifiers = tf.tensor1d([0], 'int32');
      signSgd({ learningRate: 0.1 }).update({
        table: given as unknown as tf.Tensor2D,
        identifiers,
        rows: tf.gather(given, identifiers),
        gradients: tf.ones([1, 2]),
        learningRate: tf.scalar(0.1),
      });
      expect(given.arraySync()).toEqual(table);
      given.dispose();
    });
  });

  it('leaks no tensor', () => {
    const before = tf.memory().numTensors;
    step(
      [1, 1],
      [
        [1, 1],
        [1, 1],
      ],
      0.5,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
