import * as tf from '@tensorflow/tfjs-core';
import { AxisPooling, disposeParameters, poolingBlock, RandomStream, type PoolingBlockOptions } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

const random = () => new RandomStream(5);
const normal = (shape: [number, number, number]) => {
  const stream = random();
  return tf.tensor3d(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => stream.normal()),
    shape,
  );
};

/** 4x4 Sudoku, each cell a position for each digit: cell, row, column and box. */
const sudoku = { axes: [2, 2, 2, 2, 4], pools: [[4], [2, 3], [0, 1], [1, 3]] };
/** Row, column, box and digit of a position of {@link sudoku}. */
const placeOf = (position: number) => {
  const [cell, digit] = [Math.floor(position / 4), position % 4];
  const [row, column] = [Math.floor(cell / 4), cell % 4];
  return { row, column, digit, box: 2 * Math.floor(row / 2) + Math.floor(column / 2) };
};
/** The group of a position in each pool of {@link sudoku}. */
const groupsOf = (position: number) => {
  const { row, column, digit, box } = placeOf(position);
  return [`${row} ${column}`, `${row} ${digit}`, `${column} ${digit}`, `${box} ${digit}`];
};

describe('AxisPooling', () => {
  it('is the sum over each group, as computed one position at a time', () => {
    tf.tidy(() => {
      const layer = new AxisPooling({ hiddenSize: 6, ...sudoku, messageSize: 3, random: random() });
      const x = normal([2, 64, 6]);
      const { values, messages } = layer.parameters;
      const contribution = values.apply(x).arraySync();
      const weight = messages.parameters.weight.arraySync() as number[][];
      const silu = (u: number) => u / (1 + Math.exp(-u));
      const expected = contribution.map((positions) =>
        positions.map((_, position) => {
          const sum = new Array<number>(6).fill(0);
          groupsOf(position).forEach((group, pool) => {
            const members = positions.filter((_, other) => groupsOf(other)[pool] === group);
            expect(members.length).toBe(4);
            for (let i = 0; i < 3; i++) {
              const pooled = members.reduce((total, member) => total + silu(member[3 * pool + i]!), 0) / Math.sqrt(4);
              weight[3 * pool + i]!.forEach((w, j) => (sum[j]! += w * pooled));
            }
          });
          return sum;
        }),
      );
      const difference = tf.max(tf.abs(tf.sub(layer.apply(x), tf.tensor3d(expected)))).dataSync()[0]!;
      expect(difference).toBeLessThan(1e-5);
      disposeParameters(layer);
    });
  });

  it('takes pools at either end of the axes, over all of them, and boxes that are not square', () => {
    tf.tidy(() => {
      const reached = (axes: number[], pool: number[], moved: number) => {
        const layer = new AxisPooling({ hiddenSize: 4, axes, pools: [pool], random: random() });
        const positions = axes.reduce((a, b) => a * b);
        const x = normal([1, positions, 4]);
        const mark: tf.Tensor3D = tf.reshape(tf.oneHot(tf.scalar(moved, 'int32'), positions), [1, positions, 1]);
        const change = tf.max(tf.abs(tf.sub(layer.apply(x), layer.apply(tf.add(x, mark)))), -1).dataSync();
        disposeParameters(layer);
        return [...change].flatMap((size, position) => (size > 1e-6 ? [position] : []));
      };
      expect(reached([2, 3], [0], 4)).toEqual([1, 4]);
      expect(reached([2, 3], [1], 4)).toEqual([3, 4, 5]);
      expect(reached([2, 3], [0, 1], 4)).toEqual([0, 1, 2, 3, 4, 5]);
      // Boxes of 2 rows and 3 columns in a grid of 4 rows and 6 columns: [box row, row, box column, column].
      expect(reached([2, 2, 2, 3], [1, 3], 10)).toEqual([3, 4, 5, 9, 10, 11]);
    });
  });

  it('says what is wrong', () => {
    const make = (options: object) =>
      new AxisPooling({ hiddenSize: 4, axes: [2, 2], pools: [[0]], random: random(), ...options });
    expect(() => make({ axes: [] })).toThrow("expected the lengths of the positions' axes, such as [9, 9]");
    expect(() => make({ axes: [2, 0] })).toThrow('axes[1] is 0');
    expect(() => make({ pools: undefined })).toThrow('pools is undefined, expected the axes of each kind of group');
    expect(() => make({ pools: [[]] })).toThrow('[] is no pool, expected different axes from 0 to 1');
    expect(() => make({ pools: [[0], [2]] })).toThrow('[2] is no pool');
    expect(() => make({ pools: [[1, 1]] })).toThrow('[1,1] is no pool');
    expect(() => make({ messageSize: 0.5 })).toThrow('messageSize is 0.5');
    expect(() => make({}).apply(tf.zeros([1, 5, 4]))).toThrow('the positions are the product of the axes');
  });
});

describe('poolingBlock', () => {
  const make = (options: PoolingBlockOptions, seqLen: number) =>
    poolingBlock(options)({ hiddenSize: 6, seqLen, random: random() });

  it('treats all rows, columns and digits alike', () => {
    tf.tidy(() => {
      const block = make(sudoku, 64);
      const x = normal([1, 64, 6]);
      // Swaps two rows of a band, two columns of a stack, and two digits.
      const swapped = Int32Array.from({ length: 64 }, (_, position) => {
        const { row, column, digit } = placeOf(position);
        return (row ^ 1) * 16 + (column ^ 1) * 4 + (digit ^ 1);
      });
      const symmetric = (z: tf.Tensor3D) => tf.gather(z, tf.tensor1d(swapped, 'int32'), 1);
      const difference = tf.sub(block.apply(symmetric(x)), symmetric(block.apply(x)));
      expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-5);
      // Rows of different bands are not alike.
      const torn = (z: tf.Tensor3D) => tf.gather(z, tf.tensor1d(Array.from({ length: 64 }, (_, i) => (i + 16) % 64), 'int32'), 1); // prettier-ignore
      expect(tf.max(tf.abs(tf.sub(block.apply(torn(x)), torn(block.apply(x))))).dataSync()[0]).toBeGreaterThan(1e-2);
      disposeParameters(block);
    });
  });

  it('refuses axes that do not make the positions of the model, and unknown options, and leaks nothing', () => {
    expect(() => make(sudoku, 16)).toThrow('axes of 2 x 2 x 2 x 2 x 4 make 64 positions, but the model has 16');
    expect(() => make({ ...sudoku, depth: 1 } as never, 64)).toThrow('there is no option "depth"');
  });
});
