import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '@hrm/layers';
import type { FixedPointMap } from '../src/index';

/** The map `f(z) = A z + b`, with its known fixed point. */
export interface AffineMap {
  f: FixedPointMap;
  /** A. States are rows, so f multiplies them by its transpose. */
  matrix: number[][];
  /** The solution of `z = A z + b`, computed in double precision. */
  fixedPoint: number[];
}

/** An orthogonal matrix, by Gram-Schmidt from random rows. */
export function randomOrthogonal(n: number, random: RandomStream): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    let row = Array.from({ length: n }, () => random.normal());
    // Twice, because once leaves rounding errors.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const product = dot(row, other);
        row = row.map((value, j) => value - product * other[j]!);
      }
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

const times = (matrix: number[][], vector: number[]) => matrix.map((row) => dot(row, vector));

const transpose = (matrix: number[][]) => matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));

/**
 * Makes a random affine map of even dimension n with exactly the given spectral radius. In a random orthonormal basis
 * its matrix consists of rotations by random angles, each scaled by its own factor; the first factor is the radius.
 */
export function randomAffineMap(n: number, spectralRadius: number, seed: number): AffineMap {
  const random = new RandomStream(seed);
  const basis = randomOrthogonal(n, random);
  const blocks = Array.from({ length: n / 2 }, (_, i) => {
    const size = i === 0 ? spectralRadius : spectralRadius * random.uniform();
    const angle = i === 0 ? 0 : 2 * Math.PI * random.uniform();
    return [size * Math.cos(angle), size * Math.sin(angle)] as const;
  });
  const b = Array.from({ length: n }, () => random.normal());

  // In the basis, A = [[c, -s], [s, c]] for each pair of axes.
  const applyBlocks = (vector: number[]) =>
    blocks.flatMap(([c, s], i) => [
      c * vector[2 * i]! - s * vector[2 * i + 1]!,
      s * vector[2 * i]! + c * vector[2 * i + 1]!,
    ]);
  const solveBlocks = (vector: number[]) =>
    blocks.flatMap(([c, s], i) => {
      const [u, v] = [vector[2 * i]!, vector[2 * i + 1]!];
      const determinant = (1 - c) ** 2 + s ** 2;
      return [((1 - c) * u - s * v) / determinant, (s * u + (1 - c) * v) / determinant];
    });
  const toBasis = (vector: number[]) => times(basis, vector);
  const fromBasis = (vector: number[]) => times(transpose(basis), vector);
  const columns = basis[0]!.map((_, j) =>
    fromBasis(applyBlocks(toBasis(Array.from({ length: n }, (_, i) => (i === j ? 1 : 0))))),
  );
  const [rows, offset] = [tf.tensor2d(columns), tf.tensor1d(b)];
  return {
    f: (z) => tf.add(tf.matMul(z, rows), offset),
    matrix: transpose(columns),
    fixedPoint: fromBasis(solveBlocks(toBasis(b))),
  };
}

/** `|a - b| / |b|` */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [got, expected] = [Array.from(a), Array.from(b)];
  if (got.length !== expected.length) throw new Error(`lengths ${got.length} and ${expected.length}`);
  const difference = got.map((value, i) => value - expected[i]!);
  return Math.sqrt(dot(difference, difference) / dot(expected, expected));
}
