import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, registerGradients, valueAndGradients, withoutGradient } from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  fixedPoint,
  implicit,
  oneStep,
  phantom,
  vectorJacobianProduct,
  type FixedPointGradient,
  type FixedPointReport,
  type ParametricMap,
} from '../src/index';
import { relativeError } from './affine-map';
import { normalTensor } from '@hrm/layers/testing';
import { useBackend } from '../../layers/test/backends';

beforeAll(async () => {
  await useBackend('cpu');
  registerGradients();
});

const n = 12;

/** `z = tanh(z weight + x)`, whose Jacobian's norm is about 0.6. */
function tanhProblem(scale = 0.7) {
  const weight = tf.tidy(() => tf.variable(tf.mul(scale / Math.sqrt(n), normalTensor([n, n], new RandomStream(1)))));
  const x = normalTensor([3, n], new RandomStream(2));
  const coefficients = normalTensor([3, n], new RandomStream(3));
  const f: ParametricMap = (z, x) => tf.tanh(tf.add(tf.matMul(z, weight as tf.Tensor as tf.Tensor2D), x));
  return { weight, x, f, lossOf: (state: tf.Tensor) => tf.sum(tf.mul(state, coefficients)) as tf.Scalar };
}

type Problem = ReturnType<typeof tanhProblem>;

/** Gradients of the loss at the fixed point by the weight and by x. */
function gradientsOf({ weight, x, f, lossOf }: Problem, gradient: FixedPointGradient): number[][] {
  return tf.tidy(() => {
    const solve = () => fixedPoint(f, tf.zeros([3, n]), [x], { tolerance: 1e-7, maxIterations: 200, gradient }).state;
    const { gradients } = valueAndGradients(() => ({ loss: lossOf(solve()), auxiliary: {} }), [weight, x]);
    return gradients.map((g) => [...g.dataSync()]);
  });
}

/** The same through many plain iterations. */
function unrolledGradients({ weight, x, f, lossOf }: Problem): number[][] {
  return tf.tidy(() => {
    const { gradients } = valueAndGradients(() => {
      let state: tf.Tensor = tf.zeros([3, n]);
      for (let i = 0; i < 120; i++) state = f(state as tf.Tensor2D, x);
      return { loss: lossOf(state), auxiliary: {} };
    }, [weight, x]);
    return gradients.map((g) => [...g.dataSync()]);
  });
}

describe('implicit', () => {
  it.each(['damped-iteration', 'anderson', 'broyden'] as const)(
    'gives the gradient of full unrolling to convergence, its adjoint solved by %s',
    (solver) => {
      const problem = tanhProblem();
      const expected = unrolledGradients(problem);
      const got = gradientsOf(problem, implicit({ solver, tolerance: 1e-7, maxIterations: 200 }));
      got.forEach((values, i) => expect(relativeError(values, expected[i]!)).toBeLessThan(1e-4));
      // The one-step gradient is far away.
      const approximate = gradientsOf(problem, oneStep());
      approximate.forEach((values, i) => expect(relativeError(values, expected[i]!)).toBeGreaterThan(0.1));
    },
  );

  it('agrees with finite differences by variables and inputs', () => {
    const { weight, x, f } = tanhProblem();
    const input = tf.variable(x);
    const gradient = implicit({ tolerance: 1e-7, maxIterations: 200 });
    const options = { tolerance: 1e-7, maxIterations: 200, gradient };
    const checks = checkGradients(() => fixedPoint(f, tf.zeros([3, n]), [input], options).state, { weight, input });
    expect(checks.length).toBe(8);
    for (const { error } of checks) expect(error).toBeLessThan(1e-3);
  });

  it('is exact where unrolling diverges', () => {
    // z = 3 (x - z) / 2, so z = 0.6 x; plain iteration diverges.
    const f: ParametricMap = (z, x) => tf.mul(1.5, tf.sub(x, z));
    const solve = (x: tf.Tensor) => fixedPoint(f, tf.zeros([1, 2]), [x], { tolerance: 1e-6 }).state;
    const { value, grad } = tf.valueAndGrad(solve)(tf.tensor2d([[1, -2]]));
    expect(relativeError(value.dataSync(), [0.6, -1.2])).toBeLessThan(1e-5);
    expect(relativeError(grad.dataSync(), [0.6, 0.6])).toBeLessThan(1e-5);
  });

  it('equals the one-step gradient if the Jacobian is zero', () => {
    const { weight, x, lossOf } = tanhProblem();
    const f: ParametricMap = (_, x) => tf.tanh(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor as tf.Tensor2D));
    const problem = { weight, x, f, lossOf };
    expect(gradientsOf(problem, implicit({ tolerance: 1e-6 }))).toEqual(gradientsOf(problem, oneStep()));
  });

  it('falls back to the one-step gradient if the adjoint has no solution', () => {
    // J = 1: w = g + w.
    const f: ParametricMap = (z, x) => tf.add(z, x);
    const gradient = implicit({ solver: 'damped-iteration', residual: 'absolute' });
    const solve = (x: tf.Tensor) => fixedPoint(f, tf.zeros([1, 2]), [x], { gradient }).state;
    expect([
      ...tf
        .grad(solve)(tf.zeros([1, 2]))
        .dataSync(),
    ]).toEqual([1, 1]);
  });

  it('flows through one fixed point into the next', () => {
    const { x, f, lossOf } = tanhProblem();
    const options = {
      tolerance: 1e-7,
      maxIterations: 200,
      gradient: implicit({ tolerance: 1e-7, maxIterations: 200 }),
    };
    const input = tf.variable(x);
    const twice = () => {
      const first = fixedPoint(f, tf.zeros([3, n]), [input], options).state;
      return fixedPoint(f, tf.zeros([3, n]), [tf.mul(first, 2)], options).state;
    };
    for (const { error } of checkGradients(() => lossOf(twice()), { input })) expect(error).toBeLessThan(1e-3);
  });

  it('reports its searches', () => {
    const reports: FixedPointReport[] = [];
    const gradient = implicit({ tolerance: 1e-5, onSolve: (report) => reports.push(report) });
    gradientsOf(tanhProblem(), gradient);
    expect(reports.length).toBe(1);
    expect(reports[0]).toMatchObject({ converged: true });
    expect(reports[0]!.samples.length).toBe(3);
    expect(reports[0]!.residual).toBeLessThanOrEqual(1e-5);
    expect(gradient.recordable).toBe(false);
  });

  it('with fixed iterations reads no value, forward or backward', () => {
    const { x, f, weight, lossOf } = tanhProblem();
    const gradient = implicit({ iterations: 9 });
    expect(gradient.recordable).toBe(true);
    expect(implicit().recordable).toBe(false);
    const read = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    valueAndGradients(
      () => ({
        loss: lossOf(fixedPoint(f, tf.zeros([3, n]), [x], { iterations: 9, gradient }).state),
        auxiliary: {},
      }),
      [weight, x],
    );
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });
});

describe('phantom', () => {
  it('equals one-step with one undamped step, and approaches the exact gradient with more', () => {
    const problem = tanhProblem();
    const exact = unrolledGradients(problem)[0]!;
    const errors = [1, 2, 4, 8, 60].map((steps) =>
      relativeError(gradientsOf(problem, phantom({ steps, damping: 1 }))[0]!, exact),
    );
    const one = gradientsOf(problem, phantom({ steps: 1, damping: 1 }));
    gradientsOf(problem, oneStep()).forEach((values, i) => expect(relativeError(one[i]!, values)).toBeLessThan(1e-6));
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]!);
    expect(errors.at(-1)).toBeLessThan(1e-4);
  });

  it('sums the damped Neumann series', () => {
    // With J = j, k steps of damping d sum d (1 - d + d j)^i for i < k.
    const [j, d, k] = [0.5, 0.4, 3];
    const solve = (x: tf.Tensor) =>
      fixedPoint((z, x) => tf.add(tf.mul(j, z), x), tf.zeros([1, 1]), [x], {
        gradient: phantom({ steps: k, damping: d }),
      }).state;
    const series = [0, 1, 2].reduce((sum, i) => sum + d * (1 - d + d * j) ** i, 0);
    expect(
      tf
        .grad(solve)(tf.tensor2d([[3]]))
        .dataSync()[0],
    ).toBeCloseTo(series, 6);
  });
});

describe('fixedPoint', () => {
  it.each<[string, FixedPointGradient]>([
    ['one-step', oneStep()],
    ['phantom', phantom()],
    ['implicit', implicit()],
  ])('leaks no tensor with gradient %s', (_, gradient) => {
    const { x, f, weight, lossOf } = tanhProblem();
    const start = tf.zeros([3, n]) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    const { state, solution } = fixedPoint(f, start, [x], { gradient });
    tf.dispose([state, solution]);
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      const solve = () => fixedPoint(f, start, [x], { gradient }).state;
      valueAndGradients(() => ({ loss: lossOf(solve()), auxiliary: {} }), [weight, x]);
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(start.isDisposed || x.isDisposed).toBe(false);
  });

  it('passes no gradient to the initial guess', () => {
    const { x, f } = tanhProblem();
    const solve = (start: tf.Tensor) => fixedPoint(f, start as tf.Tensor2D, [x], { gradient: 'one-step' }).state;
    expect(() => tf.grad(solve)(tf.zeros([3, n]))).toThrow('Cannot compute gradient');
  });

  it.each<[string, () => unknown]>([
    ['no option "gradients"', () => fixedPoint((z) => z, tf.zeros([1, 1]), [], { gradients: 'implicit' } as object)],
    ['no gradient "exact"', () => fixedPoint((z) => z, tf.zeros([1, 1]), [], { gradient: 'exact' as 'implicit' })],
    ['phantom: steps is 0', () => phantom({ steps: 0 })],
    ['phantom: damping is 2', () => phantom({ damping: 2 })],
    ['phantom: there is no option "k"', () => phantom({ k: 3 } as object)],
    ['implicit: there is no option "tol"', () => implicit({ tol: 3 } as object)],
    ['implicit: maxIterations is -1', () => implicit({ maxIterations: -1 })],
    [
      'got a tensor of shape [1, 2], expected [1, 3]',
      () => fixedPoint((z) => tf.slice(z, [0, 0], [1, 2]), tf.zeros([1, 3])),
    ],
  ])('says what is wrong: %s', (message, act) => {
    expect(act).toThrow(message);
  });
});

describe('vectorJacobianProduct', () => {
  const square = (z: tf.Tensor) => tf.square(z);
  const [point, vector] = [() => tf.tensor1d([1, 2, 3]), () => tf.tensor1d([1, 1, 2])];

  it('multiplies by the transposed Jacobian', () => {
    const matrix = tf.tensor2d([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    const product = vectorJacobianProduct((z) => tf.dot(matrix, z), point(), tf.tensor1d([1, -1]));
    expect([...product.dataSync()]).toEqual([-3, -3, -3]);
    const unrelated = vectorJacobianProduct(() => tf.ones([3]), point(), vector());
    expect([...unrelated.dataSync()]).toEqual([0, 0, 0]);
    // Always a new tensor.
    const given = vector();
    const own = vectorJacobianProduct((z) => z, point(), given);
    expect([...own.dataSync()]).toEqual([1, 1, 2]);
    own.dispose();
    expect(given.isDisposed).toBe(false);
  });

  it('works inside withoutGradient and in a backward pass', () => {
    const product = withoutGradient(() => vectorJacobianProduct(square, point(), vector()));
    expect([...product.dataSync()]).toEqual([2, 4, 12]);
    const inBackward = tf.customGrad((...inputs) => ({
      value: tf.clone(inputs[0] as tf.Tensor),
      gradFunc: (dy) => vectorJacobianProduct(square, point(), dy),
    }));
    // An operation on either side, whose gradient and memory the inner tape must not affect.
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const outer = tf.grad((z) => tf.mul(3, inBackward(tf.mul(z, 2))))(tf.ones([3]));
      expect([...outer.dataSync()]).toEqual([12, 24, 36]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is a constant to an outer gradient', () => {
    const slope = tf.grad((z) => tf.mul(z, vectorJacobianProduct(square, z, tf.onesLike(z))))(point());
    expect([...slope.dataSync()]).toEqual([2, 4, 6]);
  });

  it('restores the tape when the function throws', () => {
    const fail = () => {
      throw new Error('no function');
    };
    expect(() => vectorJacobianProduct(fail, point(), vector())).toThrow('no function');
    expect([
      ...tf
        .grad((z) => tf.square(z))(point())
        .dataSync(),
    ]).toEqual([2, 4, 6]);
  });
});
