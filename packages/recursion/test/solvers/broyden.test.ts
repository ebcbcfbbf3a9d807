import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { broyden, solveFixedPoint, type FixedPointMap, type FixedPointSolver } from '../../src/index';
import { useBackend } from '../../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const plus = (a: readonly number[], b: readonly number[], scale = 1) => a.map((value, i) => value + scale * b[i]!);

const matrix = [[0.9, -0.5, 0.1], [0.4, 0.8, -0.3], [0.2, 0.1, -0.7]]; // prettier-ignore
const start = [1, -2, 0.5];
const f: FixedPointMap = (z) => tf.add(tf.sin(tf.matMul(z, tf.tensor2d(matrix), false, true)), 0.3);
const fInDoublePrecision = (z: number[]) => matrix.map((row) => Math.sin(dot(row, z)) + 0.3);

/**
 * The guesses of Broyden's method as textbooks have it, in double precision: the inverse Jacobian is H = -I plus the
 * last updates, each of which makes H y = s for the step just made.
 */
function referenceGuesses(count: number, memory: number): number[][] {
  let z = start;
  const updates: { column: number[]; row: number[] }[] = [];
  const inverse = (vector: number[]) =>
    updates.reduce((sum, { column, row }) => plus(sum, column, dot(row, vector)), plus([0, 0, 0], vector, -1));
  let last: { z: number[]; residual: number[] } | undefined;
  return Array.from({ length: count }, () => {
    const residual = plus(fInDoublePrecision(z), z, -1);
    if (last) {
      if (updates.length === memory) updates.shift();
      const [s, y] = [plus(z, last.z, -1), plus(residual, last.residual, -1)];
      const [error, length] = [plus(s, inverse(y), -1), Math.sqrt(dot(y, y))];
      updates.push({ column: error.map((value) => value / length), row: y.map((value) => value / length) });
      plus(inverse(y), s, -1).forEach((gap) => expect(Math.abs(gap)).toBeLessThan(1e-12));
    }
    last = { z, residual };
    const guess = z;
    z = plus(z, inverse(residual), -1);
    return guess;
  });
}

/** Broyden's method, which records its guesses and checks the inverse that it keeps. */
function watchedBroyden(memory: number): { solver: FixedPointSolver; guesses: number[][] } {
  const guesses: number[][] = [];
  const broydenSolver = broyden({ memory });
  const solver: FixedPointSolver = {
    name: 'watched',
    advance(history, state, image) {
      guesses.push([...state.dataSync()]);
      const made = broydenSolver.advance(history, state, image);
      const { columns, rows } = made.history as { columns?: tf.Tensor3D; rows?: tf.Tensor3D };
      if (!columns || !rows || !history['lastState']) return made;
      expect(columns.shape[1]).toBe(Math.min(memory, guesses.length - 1));
      // The secant condition: the inverse maps the change of the residual to the change of the state.
      const y = tf.sub(made.history['lastResidual']!, history['lastResidual']!);
      const s = tf.sub(state, history['lastState']);
      const mapped = tf.sub(tf.sum(tf.mul(columns, tf.sum(tf.mul(rows, tf.expandDims(y, 1)), 2, true)), 1), y);
      const size = tf.norm(s).dataSync()[0]!;
      expect(tf.norm(tf.sub(mapped, s)).dataSync()[0]! / size).toBeLessThan(1e-3);
      return made;
    },
  };
  return { solver, guesses };
}

it.each([1, 2, 3, 10])('broyden with memory %d makes the guesses of a dense reference', (memory) => {
  const expected = referenceGuesses(12, memory);
  const { solver, guesses } = watchedBroyden(memory);
  solveFixedPoint(f, tf.tensor2d([start]), { solver, iterations: 12 });
  // The first guesses only: later, tiny steps are mostly rounding.
  expected.slice(0, 6).forEach((guess, k) => guess.forEach((value, i) => expect(guesses[k]![i]).toBeCloseTo(value, 3)));
});
