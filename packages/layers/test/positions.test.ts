import * as tf from '@tensorflow/tfjs-core';
import { GridRotaryEmbedding, RandomStream, RotaryEmbedding, ShapeError, type PositionRotation } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

const headSize = 8;

/** The same vector at every position, rotated: `[seq][head]`. */
function turned(rotary: PositionRotation, vector: number[]): number[][] {
  const { seqLen } = rotary;
  return tf.tidy(() => {
    const everywhere = tf.tile(tf.tensor4d(vector, [1, 1, 1, headSize]), [1, seqLen, 1, 1]);
    return tf.reshape(rotary.apply(everywhere), [seqLen, headSize]).arraySync() as number[][];
  });
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const vectors = () => {
  const random = new RandomStream(0);
  return [0, 1].map(() => Array.from({ length: headSize }, () => random.normal())) as [number[], number[]];
};

describe('RotaryEmbedding', () => {
  it('rotates element i with element i + half, by position / theta^(2i / headSize)', () => {
    const rotary = new RotaryEmbedding({ headSize, seqLen: 6, theta: 100 });
    const [x] = vectors();
    turned(rotary, x).forEach((row, position) => {
      for (let i = 0; i < 4; i++) {
        const angle = position / 100 ** ((2 * i) / headSize);
        expect(row[i]).toBeCloseTo(x[i]! * Math.cos(angle) - x[i + 4]! * Math.sin(angle), 5);
        expect(row[i + 4]).toBeCloseTo(x[i + 4]! * Math.cos(angle) + x[i]! * Math.sin(angle), 5);
      }
    });
    rotary.dispose();
  });

  it('keeps position 0 and the length of every vector', () => {
    const rotary = new RotaryEmbedding({ headSize, seqLen: 9 });
    const [x] = vectors();
    const rows = turned(rotary, x);
    rows[0]!.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 6));
    for (const row of rows) expect(dot(row, row)).toBeCloseTo(dot(x, x), 4);
    rotary.dispose();
  });

  it('lets attention see only the distance of two positions', () => {
    const rotary = new RotaryEmbedding({ headSize, seqLen: 12 });
    const [q, k] = vectors();
    const [queries, keys] = [turned(rotary, q), turned(rotary, k)];
    for (const distance of [0, 1, 5]) {
      const score = dot(queries[distance]!, keys[0]!);
      for (let at = 1; at + distance < 12; at++) expect(dot(queries[at + distance]!, keys[at]!)).toBeCloseTo(score, 4);
    }
    expect(dot(queries[1]!, keys[0]!)).not.toBeCloseTo(dot(queries[0]!, keys[1]!), 2);
    rotary.dispose();
  });

  it('refuses an odd head, other lengths and other heads', () => {
    expect(() => new RotaryEmbedding({ headSize: 5, seqLen: 3 })).toThrow(/headSize is 5, expected an even number/);
    const rotary = new RotaryEmbedding({ headSize, seqLen: 3 });
    expect(() => rotary.apply(tf.zeros([1, 4, 2, headSize]))).toThrow(ShapeError);
    expect(() => rotary.apply(tf.zeros([1, 3, 2, 4]))).toThrow(
      'RotaryEmbedding: got a tensor of shape [1, 3, 2, 4], expected [batch, 3, heads, 8]',
    );
    rotary.dispose();
  });

  it('frees its tables', () => {
    const before = tf.memory().numTensors;
    new RotaryEmbedding({ headSize, seqLen: 3 }).dispose();
    new GridRotaryEmbedding({ headSize, rows: 2, columns: 2 }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('GridRotaryEmbedding', () => {
  const grid = { headSize, rows: 4, columns: 5, prefixLen: 2 };
  const at = (row: number, column: number) => grid.prefixLen + row * grid.columns + column;

  it('keeps the prefix, the first cell and the length of every vector', () => {
    const rotary = new GridRotaryEmbedding(grid);
    const [x] = vectors();
    const rows = turned(rotary, x);
    expect(rows.length).toBe(22);
    for (const position of [0, 1, at(0, 0)]) rows[position]!.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 6));
    for (const row of rows) expect(dot(row, row)).toBeCloseTo(dot(x, x), 4);
    expect(rows[at(0, 1)]![2]).not.toBeCloseTo(x[2]!, 2);
    rotary.dispose();
  });

  it('rotates half of the head by the row and half by the column', () => {
    const rotary = new GridRotaryEmbedding(grid);
    const rows = turned(rotary, vectors()[0]);
    const byRow = [0, 1, 4, 5];
    const byColumn = [2, 3, 6, 7];
    const part = (position: number, indices: number[]) => indices.map((i) => rows[position]![i]!);
    expect(part(at(2, 0), byRow)).toEqual(part(at(2, 4), byRow));
    expect(part(at(0, 3), byColumn)).toEqual(part(at(3, 3), byColumn));
    for (const row of [1, 2, 3]) expect(part(at(row, 0), byRow)).not.toEqual(part(at(row - 1, 0), byRow));
    for (const column of [1, 2, 3, 4]) {
      expect(part(at(0, column), byColumn)).not.toEqual(part(at(0, column - 1), byColumn));
    }
    rotary.dispose();
  });

  it('lets attention see only the rows and columns between two cells', () => {
    const rotary = new GridRotaryEmbedding(grid);
    const [q, k] = vectors();
    const [queries, keys] = [turned(rotary, q), turned(rotary, k)];
    const score = (row: number, column: number, down: number, right: number) =>
      dot(queries[at(row + down, column + right)]!, keys[at(row, column)]!);
    for (const [down, right] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 3],
    ] as const) {
      for (let row = 0; row + down < grid.rows; row++) {
        for (let column = 0; column + right < grid.columns; column++) {
          expect(score(row, column, down, right)).toBeCloseTo(score(0, 0, down, right), 4);
        }
      }
    }
    expect(score(0, 0, 1, 0)).not.toBeCloseTo(score(0, 0, 0, 1), 2);
    rotary.dispose();
  });

  it('equals RotaryEmbedding of half the head on a single row', () => {
    const line = new GridRotaryEmbedding({ headSize, rows: 1, columns: 7 });
    const half = new RotaryEmbedding({ headSize: 4, seqLen: 7 });
    tf.tidy(() => {
      const x = tf.tensor4d(
        Array.from({ length: 7 * headSize }, (_, i) => Math.sin(i)),
        [1, 7, 1, headSize],
      );
      const columnPart = (y: tf.Tensor4D) => tf.gather(y, tf.tensor1d([2, 3, 6, 7], 'int32'), 3);
      const expected = half.apply(columnPart(x) as tf.Tensor4D).dataSync();
      expect([...columnPart(line.apply(x)).dataSync()]).toEqual([...expected]);
    });
    line.dispose();
    half.dispose();
  });

  it('refuses wrong sizes', () => {
    expect(() => new GridRotaryEmbedding({ ...grid, headSize: 6 })).toThrow(/headSize is 6, expected a multiple of 4/);
    expect(() => new GridRotaryEmbedding({ ...grid, rows: 0 })).toThrow(/rows is 0/);
    expect(() => new GridRotaryEmbedding({ ...grid, columns: 1.5 })).toThrow(/columns is 1.5/);
    expect(() => new GridRotaryEmbedding({ ...grid, prefixLen: -1 })).toThrow(/prefixLen is -1/);
    const rotary = new GridRotaryEmbedding(grid);
    expect(() => rotary.apply(tf.zeros([1, 20, 1, headSize]))).toThrow(
      /GridRotaryEmbedding: got .*expected \[batch, 22/,
    );
    rotary.dispose();
  });
});
