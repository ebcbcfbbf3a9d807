import * as tf from '@tensorflow/tfjs-core';
import {
  anderson,
  broyden,
  dampedIteration,
  fixedPointReport,
  solveFixedPoint,
  type FixedPointMap,
  type FixedPointSolver,
  type FixedPointSolverChoice,
} from '../src/index';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { randomAffineMap, relativeError } from './affine-map';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

const solvers: [string, FixedPointSolverChoice][] = [
  ['damped-iteration', 'damped-iteration'],
  ['anderson', 'anderson'],
  ['broyden', 'broyden'],
];

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const plus = (a: readonly number[], b: readonly number[], scale = 1) => a.map((value, i) => value + scale * b[i]!);

const once = <T>(make: () => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

const maps = Object.fromEntries(
  [0.5, 0.9, 0.99].map((radius) => [radius, once(() => randomAffineMap(200, radius, 0))]),
);

/** Rotates the plane by two radians and scales it, about the point (1, 2). */
function rotation(scale: number): FixedPointMap {
  const [c, s] = [scale * Math.cos(2), scale * Math.sin(2)];
  const matrix = tf.tensor2d([[c, s], [-s, c]]); // prettier-ignore
  const centre = tf.tensor2d([[1, 2]]);
  return (z) => tf.add(centre, tf.matMul(tf.sub(z, centre), matrix));
}

describe.each(solvers)('solveFixedPoint with %s', (_, solver) => {
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

  it.each(Object.entries(maps))(
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
  it('takes less than half the steps with acceleration, and even fewer for a spectral radius near 1', () => {
    const stepsOf = (radius: number, solver: FixedPointSolverChoice) => {
      const options = { solver, tolerance: 1e-4, maxIterations: 2000 };
      return solveFixedPoint(maps[radius]!().f, tf.zeros([1, 200]), options).steps.dataSync()[0]!;
    };
    for (const solver of ['anderson', 'broyden'] as const) {
      expect(stepsOf(0.5, solver)).toBeLessThanOrEqual(stepsOf(0.5, 'damped-iteration'));
      expect(stepsOf(0.99, solver)).toBeLessThan(stepsOf(0.99, 'damped-iteration') / 2);
    }
  });

  it('solves a rotation only with acceleration', () => {
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

  it.each([1, 2, 3, 10])(
    'with Broyden of memory %d is right for every step just made, as a dense reference is',
    (memory) => {
      // Textbook, in double precision: H = -I plus the last updates; each makes H y = s of the step just made.
      const matrix = [[0.9, -0.5, 0.1], [0.4, 0.8, -0.3], [0.2, 0.1, -0.7]]; // prettier-ignore
      const f64 = (z: number[]) => matrix.map((row) => Math.sin(dot(row, z)) + 0.3);
      const f: FixedPointMap = (z) => tf.add(tf.sin(tf.matMul(z, tf.tensor2d(matrix), false, true)), 0.3);
      const steps = 12;
      let z = [1, -2, 0.5];
      const updates: { column: number[]; row: number[] }[] = [];
      const inverse = (vector: number[]) =>
        updates.reduce((sum, { column, row }) => plus(sum, column, dot(row, vector)), plus([0, 0, 0], vector, -1));
      let last: { z: number[]; residual: number[] } | undefined;
      const expected: number[][] = [];
      for (let k = 0; k < steps; k++) {
        const residual = plus(f64(z), z, -1);
        if (last) {
          if (updates.length === memory) updates.shift();
          const [s, y] = [plus(z, last.z, -1), plus(residual, last.residual, -1)];
          const [error, length] = [plus(s, inverse(y), -1), Math.sqrt(dot(y, y))];
          updates.push({ column: error.map((value) => value / length), row: y.map((value) => value / length) });
          plus(inverse(y), s, -1).forEach((gap) => expect(Math.abs(gap)).toBeLessThan(1e-12));
        }
        expected.push(z);
        last = { z, residual };
        z = plus(z, inverse(residual), -1);
      }

      const guesses: number[][] = [];
      const solver = broyden({ memory });
      const watched: FixedPointSolver = {
        name: 'watched',
        advance(history, state, image) {
          guesses.push([...state.dataSync()]);
          const made = solver.advance(history, state, image);
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
      solveFixedPoint(f, tf.tensor2d([[1, -2, 0.5]]), { solver: watched, iterations: steps });
      // The first guesses only: later, tiny steps are mostly rounding.
      expected
        .slice(0, 6)
        .forEach((guess, k) => guess.forEach((value, i) => expect(guesses[k]![i]).toBeCloseTo(value, 3)));
    },
  );

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

  it('damps plain iteration', () => {
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

  it('takes a custom solver', () => {
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

  it.each<[string, () => unknown]>([
    ['no option "tolerence"', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { tolerence: 1 } as object)],
    ['no option "mixing"', () => anderson({ mixing: 1 } as object)],
    ['no option "window"', () => broyden({ window: 1 } as object)],
    ['no option "beta"', () => dampedIteration({ beta: 1 } as object)],
    [
      'no solver "newton"',
      () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { solver: 'newton' as 'damped-iteration' }),
    ],
    ['window is 0', () => anderson({ window: 0 })],
    ['ridge is -1', () => anderson({ ridge: -1 })],
    ['damping is 0', () => dampedIteration({ damping: 0 })],
    ['memory is 1.5', () => broyden({ memory: 1.5 })],
    ['tolerance is NaN', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { tolerance: NaN })],
    ['maxIterations is 0', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { maxIterations: 0 })],
    ['give one or the other', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { iterations: 3, tolerance: 1e-3 })],
    ['residual is "l2"', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { residual: 'l2' as 'absolute' })],
    ['expected [batch, n]', () => solveFixedPoint((z) => z, tf.zeros([2]) as unknown as tf.Tensor2D)],
  ])('says what is wrong: %s', (message, act) => {
    expect(act).toThrow(message);
  });
});
