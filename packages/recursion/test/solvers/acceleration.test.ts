import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  anderson,
  broyden,
  dampedIteration,
  solveFixedPoint,
  type FixedPointMap,
  type FixedPointSolverChoice,
} from '../../src/index';
import { useBackend } from '../../../layers/test/backends';
import { affineMaps, rotation } from './fixed-point-maps';

beforeAll(() => useBackend('cpu'));

describe('acceleration', () => {
  it('takes fewer steps, less than half of them for a spectral radius near 1', () => {
    const stepsOf = (radius: number, solver: FixedPointSolverChoice) => {
      const options = { solver, tolerance: 1e-4, maxIterations: 2000 };
      return solveFixedPoint(affineMaps[radius]!().f, tf.zeros([1, 200]), options).steps.dataSync()[0]!;
    };
    for (const solver of ['anderson', 'broyden'] as const) {
      expect(stepsOf(0.5, solver)).toBeLessThanOrEqual(stepsOf(0.5, 'damped-iteration'));
      expect(stepsOf(0.99, solver)).toBeLessThan(stepsOf(0.99, 'damped-iteration') / 2);
    }
  });

  it('is needed to solve a rotation', () => {
    const start = tf.tensor2d([[3, -1]]);
    for (const scale of [1, 1.2]) {
      const plain = solveFixedPoint(rotation(scale), start, { solver: 'damped-iteration', maxIterations: 100 });
      expect(plain.converged.dataSync()[0]).toBe(0);
      for (const solver of [anderson(), broyden()]) {
        const { converged, state, steps } = solveFixedPoint(rotation(scale), start, { solver, maxIterations: 100 });
        expect(converged.dataSync()[0]).toBe(1);
        expect(steps.dataSync()[0]).toBeLessThan(10);
        expect(state.dataSync()[0]).toBeCloseTo(1, 3);
        expect(state.dataSync()[1]).toBeCloseTo(2, 3);
      }
    }
    const plain = solveFixedPoint(rotation(1.2), start, {
      solver: 'damped-iteration',
      residual: 'absolute',
      maxIterations: 9,
    });
    const trace = [...plain.trace.dataSync()];
    expect(trace.every((value, i) => i === 0 || value > trace[i - 1]!)).toBe(true);
    expect([...plain.state.dataSync()]).toEqual([3, -1]);
  });
});

describe('anderson', () => {
  it('makes damped steps only in samples whose Anderson system is singular', () => {
    // The first sample's residual never changes: no combination of steps reduces it. The second sample is an ordinary
    // problem.
    const guesses: number[][] = [];
    const f: FixedPointMap = (z) => {
      guesses.push([...z.dataSync()]);
      return tf.add(tf.mul(z, [[1], [0.5]]), [[1], [1]]);
    };
    for (const ridge of [0, 1e-6]) {
      guesses.length = 0;
      const solver = anderson({ ridge, damping: 0.5 });
      const { converged, state } = solveFixedPoint(f, tf.zeros([2, 1]), { solver, maxIterations: 6, tolerance: 1e-5 });
      expect(guesses.map(([first]) => first)).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
      expect([...converged.dataSync()]).toEqual([0, 1]);
      expect(state.dataSync()[1]).toBeCloseTo(2, 5);
    }
  });

  it('makes damped steps if earlier steps are dependent, as two in one dimension are', () => {
    const guesses: number[] = [];
    const f: FixedPointMap = (z) => {
      guesses.push(z.dataSync()[0]!);
      return tf.cos(z);
    };
    const solver = anderson({ window: 2, ridge: 0, damping: 0.5 });
    solveFixedPoint(f, tf.zeros([1, 1]), { solver, maxIterations: 4 });
    const damped = (z: number) => (z + Math.cos(z)) / 2;
    expect(guesses[1]).toBeCloseTo(damped(guesses[0]!), 6);
    // One earlier step makes a secant; with two the system is singular.
    expect(Math.abs(guesses[2]! - damped(guesses[1]!))).toBeGreaterThan(0.01);
    expect(guesses[3]).toBeCloseTo(damped(guesses[2]!), 6);
  });
});

describe('dampedIteration', () => {
  it('moves only by the given share of each step', () => {
    const guesses: number[] = [];
    const f: FixedPointMap = (z) => {
      guesses.push(z.dataSync()[0]!);
      return tf.mul(-1, z);
    };
    const solver = dampedIteration({ damping: 0.25 });
    const { state } = solveFixedPoint(f, tf.ones([1, 1]), { solver, residual: 'absolute', maxIterations: 5 });
    expect(guesses).toEqual([1, 0.5, 0.25, 0.125, 0.0625]);
    expect(state.dataSync()[0]).toBe(0.0625);
  });
});
