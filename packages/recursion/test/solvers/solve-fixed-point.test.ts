import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fixedPointReport, solveFixedPoint, type FixedPointMap, type FixedPointSolverChoice } from '../../src/index';
import { relativeError } from '../affine-map';
import { useBackend } from '../../../layers/test/backends';
import { affineMaps } from './fixed-point-maps';

beforeAll(() => useBackend('cpu'));

const solvers: FixedPointSolverChoice[] = ['damped-iteration', 'anderson', 'broyden'];

describe.each(solvers)('solveFixedPoint with %s', (solver) => {
  it("finds cosine's fixed point from several starts", () => {
    const { state, converged, steps, residual } = solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0], [1], [-3]]), {
      solver,
      tolerance: 1e-6,
    });
    for (const value of state.dataSync()) expect(value).toBeCloseTo(0.7390851332, 5);
    expect([...converged.dataSync()]).toEqual([1, 1, 1]);
    expect(Math.max(...steps.dataSync())).toBeLessThanOrEqual(40);
    expect(Math.max(...residual.dataSync())).toBeLessThanOrEqual(1e-6);
  });

  it.each(Object.entries(affineMaps))(
    'solves a random affine map of dimension 200 with spectral radius %d',
    (radius, map) => {
      const options = { solver, tolerance: 1e-5, maxIterations: 1000 };
      const { state, converged } = solveFixedPoint(map().f, tf.zeros([1, 200]), options);
      expect(converged.dataSync()[0]).toBe(1);
      // A residual r leaves an error of at most r / (1 - radius).
      expect(relativeError(state.dataSync(), map().fixedPoint)).toBeLessThan((1.1 * 1e-5) / (1 - Number(radius)));
    },
  );

  it('keeps the best guess if the iteration diverges', () => {
    // The slope of 5 makes every solver diverge, and 1e30 overflows float32.
    const f: FixedPointMap = (z) => tf.mul(tf.exp(tf.abs(tf.mul(5, z))), tf.sign(z));
    const { state, residual, converged, trace, steps } = solveFixedPoint(f, tf.tensor2d([[0.3, -1]]), { solver });
    const [least] = residual.dataSync();
    expect(least).toBe(Math.min(...trace.dataSync()));
    expect(least).toBeLessThan(Infinity);
    expect(converged.dataSync()[0]).toBe(0);
    expect(steps.dataSync()[0]).toBe(trace.shape[0]);
    for (const value of state.dataSync()) expect(Number.isFinite(value)).toBe(true);
    // The state belongs to the residual.
    const image = f(state);
    const distance = tf.norm(tf.sub(image, state)).dataSync()[0]! / tf.norm(state).dataSync()[0]!;
    expect(distance).toBeCloseTo(least!, 4);
  });

  it.each<[string, FixedPointMap]>([
    ['is never defined', (z) => tf.mul(z, NaN)],
    ['is infinite', (z) => tf.add(z, Infinity)],
    ['is defined at the start alone', (z) => tf.sqrt(tf.sub(-0.5, z))],
    ['overflows', (z) => tf.mul(tf.square(z), 1e25)],
    ['is as large as float32 goes', (z) => tf.mul(z, -3e38)],
  ])('gives no NaN and ends when f %s', (what, f) => {
    const start = tf.tensor2d([[-1, -2], [-1, -1], [0, 0]]); // prettier-ignore
    const { state, residual, trace, steps } = solveFixedPoint(f, start, { solver, maxIterations: 60 });
    expect([...state.dataSync()].every(Number.isFinite)).toBe(true);
    expect([...residual.dataSync(), ...trace.dataSync()].some(Number.isNaN)).toBe(false);
    expect(trace.shape[0]).toBeLessThanOrEqual(60);
    // The search ends when every sample is abandoned.
    expect(Math.max(...steps.dataSync())).toBe(trace.shape[0]);
    if (what === 'is never defined') expect(trace.shape[0]).toBe(1);
  });

  it('solves each sample as if it were alone', () => {
    const f: FixedPointMap = (z) => tf.tanh(tf.add(tf.mul(z, [[0.2], [0.9], [-0.99]]), [[1], [0.1], [2]]));
    const rowOf =
      (row: number): FixedPointMap =>
      (z) =>
        tf.slice(f(tf.tile(z, [3, 1])), [row, 0], [1, 2]);
    const together = solveFixedPoint(f, tf.zeros([3, 2]), { solver });
    const steps = [...together.steps.dataSync()];
    expect(new Set(steps).size).toBeGreaterThan(1);
    for (const row of [0, 1, 2]) {
      const alone = solveFixedPoint(rowOf(row), tf.zeros([1, 2]), { solver });
      expect([...alone.state.dataSync()]).toEqual([...together.state.dataSync().slice(2 * row, 2 * row + 2)]);
      expect(alone.steps.dataSync()[0]).toBe(steps[row]);
    }
  });

  it('with fixed iterations makes them all and reads nothing', () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const f = vi.fn<FixedPointMap>((z) => tf.cos(z));
    const { state, converged } = solveFixedPoint(f, tf.zeros([2, 3]), { solver, iterations: 17 });
    expect(f).toHaveBeenCalledTimes(17);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    expect(state.dataSync()[0]).toBeCloseTo(0.739, 2);
    expect([...converged.dataSync()].every((value) => value === 0 || value === 1)).toBe(true);
  });

  it('leaks no tensor, and frees guesses early', () => {
    const start = tf.zeros([2, 3]) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    let most = 0;
    const f: FixedPointMap = (z) => {
      most = Math.max(most, tf.memory().numTensors);
      return tf.cos(z);
    };
    const solution = solveFixedPoint(f, start, { solver, iterations: 200 });
    expect(tf.memory().numTensors - before).toBe(5);
    tf.dispose(solution);
    expect(tf.memory().numTensors).toBe(before);
    // A row of the trace for each of 200 iterations, and little else.
    expect(most - before).toBeLessThan(240);
    expect(start.isDisposed).toBe(false);
  });
});

describe('solveFixedPoint', () => {
  it('stops on the absolute residual', () => {
    // The fixed point is zero, so the relative residual never falls.
    const halve: FixedPointMap = (z) => tf.mul(0.5, z);
    const start = tf.tensor2d([[3, 4]]);
    const absolute = solveFixedPoint(halve, start, {
      solver: 'damped-iteration',
      residual: 'absolute',
      tolerance: 0.1,
    });
    expect([...absolute.trace.dataSync()]).toEqual([2.5, 1.25, 0.625, 0.3125, 0.15625, 0.078125]);
    const relative = solveFixedPoint(halve, start, { solver: 'damped-iteration', tolerance: 0.1 });
    expect(relative.converged.dataSync()[0]).toBe(0);
    expect(relative.steps.dataSync()[0]).toBe(40);
    expect(relative.residual.dataSync()[0]).toBe(0.5);
  });

  it('reports steps, residuals and convergence for each sample and the batch', () => {
    const f: FixedPointMap = (z) => tf.add(tf.mul(z, [[0.5], [0.25], [2]]), [[1], [1], [1]]);
    const options = { solver: 'damped-iteration', tolerance: 0.1, maxIterations: 5 } as const;
    const report = fixedPointReport(solveFixedPoint(f, tf.ones([3, 1]), options));
    // From 1: 0.5 / 1, 0.25 / 1.5, 0.125 / 1.75; then 0.25 / 1, 0.0625 / 1.25; then 2 / 1, 4 / 3, 8 / 7, ...
    expect(report.samples.map(({ steps }) => steps)).toEqual([3, 2, 5]);
    expect(report.samples.map(({ converged }) => converged)).toEqual([true, true, false]);
    expect(report.samples[0]!.trace).toEqual([0.5, 0.25 / 1.5, 0.125 / 1.75].map(Math.fround));
    expect(report.samples[2]!.residual).toBeCloseTo(32 / 31, 6);
    expect(report).toMatchObject({ converged: false, steps: 5, residual: report.samples[2]!.residual });
  });

  it('takes a solver of your own', () => {
    const bisect = {
      name: 'half way',
      advance: (_: unknown, state: tf.Tensor2D, image: tf.Tensor2D) => ({
        next: tf.div<tf.Tensor2D>(tf.add(state, image), 2),
        history: {},
      }),
    };
    const { converged } = solveFixedPoint((z) => tf.cos(z), tf.zeros([1, 1]), { solver: bisect });
    expect(converged.dataSync()[0]).toBe(1);
  });

  it('does not free a tensor that f returns each time', () => {
    const constant = tf.tensor2d([[4]]);
    const { state } = solveFixedPoint(() => constant, tf.zeros([1, 1]));
    expect(constant.isDisposed).toBe(false);
    expect(state.dataSync()[0]).toBe(4);
  });
});
