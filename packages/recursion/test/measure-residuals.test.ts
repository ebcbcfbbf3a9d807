import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  equilibrium,
  measureResiduals,
  oneStepGradient,
  RecursionCore,
  spectralRadius,
  type MeasurableNetwork,
  type RecursionSchedule,
  type Refiner,
} from '../src/index';
import { randomAffineMap, relativeError } from './affine-map';
import { smallProblem } from './small-core';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** A level with a known result: `factor latent`. */
const scaling = (factor: number): Refiner => ({ parameters: {}, apply: (latent) => tf.mul(factor, latent) });

const schedule = oneStepGradient({ hCycles: 2, lCycles: 3 });

const networkOf = (core: RecursionCore, zH: tf.Tensor, zL: tf.Tensor): MeasurableNetwork<tf.Tensor3D> => ({
  core,
  schedule,
  initialLatents: () => ({ zH, zL }),
  puzzleRows: () => undefined,
  embed: (x) => tf.clone(x),
});

describe('measureResiduals', () => {
  it('returns the residual of each refinement and each segment, in order', async () => {
    const network = networkOf(new RecursionCore(scaling(0.5), scaling(3)), tf.ones([4]), tf.fill([4], 2));
    const report = await measureResiduals(network, tf.ones([2, 5, 4]) as tf.Tensor3D, { segments: 2 });
    const order = ['fL', 'fL', 'fL', 'fH', 'fL', 'fL', 'fL', 'fH'];
    expect(report.applications.map(({ application }) => application)).toEqual([...order, ...order]);
    expect(report.applications.map(({ segment }) => segment)).toEqual([...order.map(() => 1), ...order.map(() => 2)]);
    for (const { application, mean, samples } of report.applications) {
      // |0.5 z - z| / |z| and |3 z - z| / |z|
      const expected = application === 'fL' ? 0.5 : 2;
      expect(mean).toBeCloseTo(expected, 6);
      expect(samples.length).toBe(2);
    }
    for (const { zH, zL } of report.segments) {
      expect(zH.mean).toBeCloseTo(8, 5);
      expect(zL.mean).toBeCloseTo(1 - 2 ** -6, 6);
    }
    // Of diag(0.5, 3).
    expect(report.spectralRadius!.mean).toBeCloseTo(3, 4);
  });

  it('detects that a recursion converges and has converged', async () => {
    const { core, latents, x } = smallProblem();
    const network = networkOf(core, latents.zH, latents.zL);
    const { applications, segments, spectralRadius } = await measureResiduals(network, x, { segments: 30 });
    expect(applications[0]!.mean).toBeGreaterThan(0.1);
    expect(applications.at(-1)!.mean).toBeLessThan(1e-3);
    expect(segments.at(-1)!.zL.mean).toBeLessThan(segments[0]!.zL.mean / 100);
    expect(spectralRadius!.mean).toBeLessThan(1);
    // Near the fixed point a sweep shrinks differences by the spectral radius; equilibrium finds the same point.
    const settled = await measureResiduals(network, x, {
      segments: 3,
      schedule: equilibrium({ tolerance: 1e-6, maxIterations: 100 }),
    });
    expect(relativeError(settled.spectralRadius!.samples, spectralRadius!.samples)).toBeLessThan(0.01);
    expect(settled.segments[2]!.zL.mean).toBeLessThan(1e-5);
  });

  it('counts the refinements of a solver', async () => {
    const { core, latents, x } = smallProblem();
    const { applications, spectralRadius } = await measureResiduals(networkOf(core, latents.zH, latents.zL), x, {
      segments: 1,
      schedule: equilibrium({ iterations: 3 }),
      spectralIterations: 0,
    });
    expect(applications.map(({ application }) => application)).toEqual(Array(4).fill(['fL', 'fH']).flat());
    expect(spectralRadius).toBeUndefined();
  });

  it('leaks no tensor, and is repeatable', async () => {
    const { core, latents, x } = smallProblem();
    const before = tf.memory().numTensors;
    const first = await measureResiduals(networkOf(core, latents.zH, latents.zL), x, { segments: 2 });
    expect(tf.memory().numTensors).toBe(before);
    expect(await measureResiduals(networkOf(core, latents.zH, latents.zL), x, { segments: 2 })).toEqual(first);
    const other = await measureResiduals(networkOf(core, latents.zH, latents.zL), x, { segments: 2, seed: 1 });
    expect(other.spectralRadius).not.toEqual(first.spectralRadius);
    expect(other.applications).toEqual(first.applications);
  });

  it('frees its tensors when a model throws', async () => {
    const { core, latents, x } = smallProblem();
    const before = tf.memory().numTensors;
    const failing: RecursionSchedule = {
      name: 'failing',
      refine(core, latents, x) {
        core.fL(latents, x);
        throw new Error('no segment');
      },
    };
    const measuring = measureResiduals(networkOf(core, latents.zH, latents.zL), x, { schedule: failing });
    await expect(measuring).rejects.toThrow('no segment');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names a wrong option', async () => {
    const { core, latents, x } = smallProblem();
    const network = networkOf(core, latents.zH, latents.zL);
    await expect(measureResiduals(network, x, { segments: 0 })).rejects.toThrow('segments is 0');
    await expect(measureResiduals(network, x, { segment: 1 } as object)).rejects.toThrow('no option "segment"');
  });
});

describe('spectralRadius', () => {
  it.each([0.5, 0.9, 0.99])('finds %d for a random matrix of dimension 60 with that spectral radius', (radius) => {
    const { f } = randomAffineMap(60, radius, 1);
    const found = spectralRadius(f, tf.zeros([2, 60]), { iterations: 100 }).dataSync();
    for (const value of found) {
      expect(value / radius).toBeGreaterThan(0.95);
      expect(value / radius).toBeLessThan(1.01);
    }
  });

  it('is computed for each sample, at the given state', () => {
    // The slope of z^2 is 2 z; the larger element of each row counts.
    const state = tf.tensor2d([[0.1, -0.4], [2, 1], [0, 0]]); // prettier-ignore
    const found = spectralRadius((z) => tf.square(z), state).dataSync();
    expect(found[0]).toBeCloseTo(0.8, 4);
    expect(found[1]).toBeCloseTo(4, 4);
    expect(found[2]).toBe(0);
  });

  it('also works for complex eigenvalues and a long transient', () => {
    const turn = tf.tensor2d([[0.3, 0.8], [-0.8, 0.3]]); // prettier-ignore
    expect(spectralRadius((z) => tf.matMul(z, turn), tf.zeros([1, 2])).dataSync()[0]).toBeCloseTo(
      Math.hypot(0.3, 0.8),
      3,
    );
    // Grows four times in one direction and shrinks four times in the other.
    const uneven = tf.tensor2d([[0, 4], [0.16, 0]]); // prettier-ignore
    expect(spectralRadius((z) => tf.matMul(z, uneven), tf.zeros([1, 2])).dataSync()[0]).toBeCloseTo(0.8, 3);
    const sheared = tf.tensor2d([[0.5, 100], [0, 0.4]]); // prettier-ignore
    expect(spectralRadius((z) => tf.matMul(z, sheared), tf.zeros([1, 2])).dataSync()[0]).toBeCloseTo(0.5, 2);
  });
});
