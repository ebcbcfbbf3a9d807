import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, valueAndGradients, withoutGradient } from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  anderson,
  equilibrium,
  jacobianPenalty,
  oneStepGradient,
  randomSigns,
  unrolled,
  type EquilibriumOptions,
  type FixedPointReport,
  type RecursionSchedule,
} from '../src/index';
import { relativeError } from './affine-map';
import { lossOf } from '../src/testing/schedule-subject';
import { normalTensor } from '@hrm/layers/testing';
import { smallProblem } from './small-core';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** The loss and its gradients by both weights and the embedded puzzle, as numbers. */
function gradientsOf(schedule: RecursionSchedule) {
  return tf.tidy(() => {
    const { core, latents, x, weights } = smallProblem();
    const { loss, gradients } = valueAndGradients(
      () => ({ loss: lossOf(schedule.refine(core, latents, x).latents), auxiliary: {} }),
      [...weights, x],
    );
    return [loss, ...gradients].map((tensor) => [...tensor.dataSync()]);
  });
}

describe('equilibrium', () => {
  it.each(['damped-iteration', 'anderson', 'broyden'] as const)('solves both equations at once with %s', (solver) => {
    const { core, latents, x } = smallProblem();
    const { latents: found, metrics } = equilibrium({ solver, tolerance: 1e-6, maxIterations: 100 }).refine(
      core,
      latents,
      x,
    );
    const low = core.fL(found, x).zL;
    const high = core.fH(found).zH;
    expect(relativeError(low.dataSync(), found.zL.dataSync())).toBeLessThan(3e-6);
    expect(relativeError(high.dataSync(), found.zH.dataSync())).toBeLessThan(3e-6);
    expect([...metrics!.solverConverged!.dataSync()]).toEqual([1, 1]);
    expect(Math.max(...metrics!.solverResidual!.dataSync())).toBeLessThan(1e-6);
  });

  it('with one-step gradient and k plain iterations equals oneStepGradient with k cycles', () => {
    const plain = gradientsOf(equilibrium({ solver: 'damped-iteration', iterations: 4, gradient: 'one-step' }));
    const cycles = gradientsOf(oneStepGradient({ hCycles: 4, lCycles: 1 }));
    plain.forEach((values, i) => expect(relativeError(values, cycles[i]!)).toBeLessThan(1e-6));
  });

  it('with implicit gradient has the gradient of a long unrolling', () => {
    const options = { tolerance: 1e-7, maxIterations: 100, gradient: 'implicit' } as const;
    const expected = gradientsOf(unrolled({ hCycles: 100, lCycles: 1 }));
    const got = gradientsOf(equilibrium(options));
    got.forEach((values, i) => expect(relativeError(values, expected[i]!)).toBeLessThan(1e-4));
    const approximate = gradientsOf(equilibrium({ ...options, gradient: 'one-step' }));
    expect(relativeError(approximate[1]!, expected[1]!)).toBeGreaterThan(0.05);
  });

  it('needs fewer steps when it starts from an earlier segment', () => {
    const { core, latents, x } = smallProblem();
    const schedule = equilibrium({ tolerance: 1e-4 });
    const first = schedule.refine(core, latents, x);
    const second = schedule.refine(core, first.latents, x);
    expect(Math.min(...first.metrics!.solverSteps!.dataSync())).toBeGreaterThan(4);
    expect([...second.metrics!.solverSteps!.dataSync()]).toEqual([1, 1]);
  });

  it('reports its search', () => {
    const { core, latents, x } = smallProblem();
    const reports: FixedPointReport[] = [];
    equilibrium({ tolerance: 1e-3, onSolve: (report) => reports.push(report) }).refine(core, latents, x);
    expect(reports.length).toBe(1);
    expect(reports[0]!.samples.map(({ converged }) => converged)).toEqual([true, true]);
    expect(reports[0]!.samples.map(({ trace, steps }) => trace.length === steps)).toEqual([true, true]);
  });

  it.each<[EquilibriumOptions, boolean]>([
    [{}, false],
    [{ tolerance: 0 }, true],
    [{ iterations: 5 }, true],
    [{ iterations: 5, onSolve: () => {} }, false],
    [{ iterations: 5, gradient: 'implicit' }, true],
    [{ iterations: 5, gradient: { type: 'implicit', tolerance: 1e-3 } }, false],
    [{ tolerance: 1e-3, gradient: { type: 'implicit', iterations: 4 } }, false],
    [{ iterations: 5, gradient: 'phantom' }, true],
  ])('with %j says whether it can be recorded: %s', (options, recordable) => {
    expect(equilibrium(options).recordable).toBe(recordable);
  });

  it('takes its parts as objects, by name, or by name with options', () => {
    const { core, latents, x } = smallProblem();
    const stepsOf = (options: EquilibriumOptions) =>
      tf.sum(equilibrium(options).refine(core, latents, x).metrics!.solverSteps!).dataSync()[0];
    const steps = stepsOf({ solver: anderson({ window: 2 }), tolerance: 1e-5 });
    expect(stepsOf({ solver: { type: 'anderson', window: 2 }, tolerance: 1e-5 })).toBe(steps);
    expect(stepsOf({ solver: 'damped-iteration', tolerance: 1e-5 })).toBeGreaterThan(steps!);
    expect(stepsOf({ solver: 'anderson', tolerance: 1e-5 })).not.toBe(steps);
    const phantom = (options: EquilibriumOptions['gradient']) => gradientsOf(equilibrium({ gradient: options }))[1]!;
    expect(phantom('phantom')).toEqual(phantom({ type: 'phantom', steps: 5, damping: 0.5 }));
    expect(phantom('phantom')).not.toEqual(phantom({ type: 'phantom', steps: 4 }));
  });

  it.each<[string, object]>([
    ['no option "tol"', { tol: 1 }],
    ['no option "beta"', { solver: { type: 'anderson', beta: 1 } }],
    ['no option "k"', { gradient: { type: 'phantom', k: 1 } }],
    ['no solver "newton"', { solver: 'newton' }],
    ['no gradient "bptt"', { gradient: { type: 'bptt' } }],
    ['jacobianWeight is -1', { jacobianWeight: -1 }],
    ['give one or the other', { iterations: 3, maxIterations: 4 }],
  ])('says what is wrong: %s', (message, options) => {
    expect(() => equilibrium(options)).toThrow(message);
  });

  it('names the expected shape', () => {
    const { core, latents, x } = smallProblem();
    const other = tf.slice(x, [0, 0, 0], [1, 3, 4]) as tf.Tensor3D;
    expect(() => equilibrium().refine(core, latents, other)).toThrow('[2, 3, 4], expected [1, 3, 4]');
  });
});

describe('the Jacobian regularizer', () => {
  const affine = (matrix: tf.Tensor) => (z: tf.Tensor2D) => tf.add(tf.matMul(z, matrix as tf.Tensor2D), 0.5);

  it("estimates the Frobenius norm: exactly on average over signs, and every affine map's J v for each", () => {
    const matrix = tf.tensor2d([[0.5, -1], [2, 0.25]]); // prettier-ignore
    const state = tf.tensor2d([[1, 2], [0, 0]]); // prettier-ignore
    const estimates = [
      [1, 1],
      [1, -1],
    ].map((signs) =>
      // prettier-ignore
      jacobianPenalty(affine(matrix), state, tf.tensor2d([signs, signs])).dataSync(),
    );
    // |(2.5, -0.75)|^2 / 2 and |(-1.5, -1.25)|^2 / 2
    for (const sample of [0, 1]) {
      expect(estimates[0]![sample]).toBeCloseTo(3.40625, 3);
      expect(estimates[1]![sample]).toBeCloseTo(1.90625, 3);
    }
    const squares = 0.25 + 1 + 4 + 0.0625;
    expect((estimates[0]![0]! + estimates[1]![0]!) / 2).toBeCloseTo(squares / 2, 3);
  });

  it('has the gradient of finite differences', () => {
    const matrix = tf.variable(normalTensor([6, 6], new RandomStream(1)));
    const f = (z: tf.Tensor2D) => tf.tanh(affine(matrix)(z));
    const [state, signs] = [normalTensor([4, 6], new RandomStream(2)), normalTensor([4, 6], new RandomStream(3))] as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const checks = checkGradients(() => jacobianPenalty(f, state, tf.sign(signs)), { matrix });
    for (const { error } of checks) expect(error).toBeLessThan(2e-3);
  });

  it('is added by equilibrium for the sweep at the fixed point, with gradient to the weights', () => {
    const schedule = equilibrium({ tolerance: 1e-6, jacobianWeight: 0.1 });
    const { core, latents, x, weights } = smallProblem();
    const draws = schedule.draw!(new RandomStream(0), [2, 3, 4]);
    expect(Object.keys(draws)).toEqual(['jacobianSigns']);
    const signs = tf.tensor1d(draws['jacobianSigns']!);
    expect(signs.shape).toEqual([48]);
    const { loss, gradients } = valueAndGradients(() => {
      const { regularizer } = schedule.refine(core, latents, x, { jacobianSigns: signs });
      return { loss: tf.sum<tf.Scalar>(regularizer!), auxiliary: {} };
    }, weights);
    expect(loss.shape).toEqual([]);
    // |J v|^2 / n by a difference of two sweeps, summed over both samples.
    const { latents: at } = equilibrium({ tolerance: 1e-6 }).refine(core, latents, x);
    const [vH, vL] = tf.split(tf.reshape(signs, [2, 24]), 2, 1).map((v) => tf.reshape(v, [2, 3, 4]));
    const moved = (step: number) => {
      const zH = tf.add(at.zH, tf.mul(step, vH!)) as tf.Tensor3D;
      const zL = tf.add(at.zL, tf.mul(step, vL!)) as tf.Tensor3D;
      const { zH: high, zL: low } = core.fH(core.fL({ zH, zL }, x));
      return tf.stack([high, low]);
    };
    const product = tf.div(tf.sub(moved(0.01), moved(-0.01)), 0.02);
    const expected = (0.1 * tf.sum(tf.square(product)).dataSync()[0]!) / 24;
    expect(loss.dataSync()[0]! / expected).toBeCloseTo(1, 2);
    for (const gradient of gradients) expect(tf.norm(gradient).dataSync()[0]).toBeGreaterThan(1e-3);
  });

  it('needs its signs in training, and is left out of evaluation', () => {
    const schedule = equilibrium({ jacobianWeight: 0.1 });
    const { core, latents, x, weights } = smallProblem();
    const train = () =>
      valueAndGradients(() => ({ loss: lossOf(schedule.refine(core, latents, x).latents), auxiliary: {} }), weights);
    expect(train).toThrow('jacobianWeight needs random signs');
    expect(schedule.refine(core, latents, x).regularizer).toBeUndefined();
    expect(withoutGradient(() => schedule.refine(core, latents, x)).regularizer).toBeUndefined();
    expect(equilibrium().draw).toBeUndefined();
  });

  it('draws signs that are repeatable, balanced and independent', () => {
    const signs = randomSigns(new RandomStream(0), 10_000);
    expect(randomSigns(new RandomStream(0), 10_000)).toEqual(signs);
    expect(randomSigns(new RandomStream(1), 10_000)).not.toEqual(signs);
    expect(new Set(signs)).toEqual(new Set([1, -1]));
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(signs))).toBeLessThan(0.04);
    for (const lag of [1, 2, 16, 31, 32, 33]) {
      expect(Math.abs(mean(signs.slice(lag).map((sign, i) => sign * signs[i]!)))).toBeLessThan(0.04);
    }
  });
});
