import * as tf from '@tensorflow/tfjs-core';
import { ponder, type PonderOptions } from '@hrm/act';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { derivatives, runSlot, sigmoid } from './run-slot';

beforeAll(() => useBackend('cpu'));

const make = (options: PonderOptions = {}) => ponder(options)({ hiddenSize: 4, random: new RandomStream(0) });

/** The distribution over segments, from the halting probability of each. The last segment gets the remainder. */
function distribution(coins: readonly number[]): number[] {
  let left = 1;
  return coins.map((coin, n) => {
    const here = n === coins.length - 1 ? left : left * coin;
    left -= here;
    return here;
  });
}

/** Expected token loss and divergence from the geometric prior in float64, summed over segments as in the paper. */
function reference(logits: readonly number[], tokenLosses: readonly number[], prior: number, segments: number) {
  const own = distribution(logits.slice(0, segments).map(sigmoid));
  const geometric = distribution(own.map(() => prior));
  return {
    own,
    weighted: own.reduce((sum, p, n) => sum + p * tokenLosses[n]!, 0),
    divergence: own.reduce((sum, p, n) => sum + p * Math.log(p / geometric[n]!), 0),
  };
}

const runs: { what: string; options: PonderOptions; haltLogits: number[]; tokenLosses: number[]; segments: number }[] =
  [
    {
      what: 'to the last segment',
      options: { maxSegments: 4, prior: 0.3, divergenceWeight: 0.2 },
      haltLogits: [-2, -1, 0.5, 1],
      tokenLosses: [2, 1.5, 1, 0.4],
      segments: 4,
    },
    {
      what: 'until almost no probability remains',
      options: { maxSegments: 8, prior: 0.1, divergenceWeight: 2, epsilon: 0.05 },
      haltLogits: [0, 1, 3, 0, 0, 0, 0, 0],
      tokenLosses: [2, 1.5, 1, 9, 9, 9, 9, 9],
      segments: 3,
    },
  ];

describe('ponder', () => {
  it.each(runs)('has the losses of PonderNet, $what', ({ options, haltLogits, tokenLosses, segments }) => {
    const run = runSlot(make(options), { haltLogits, tokenLosses });
    const { own, weighted, divergence } = reference(haltLogits, tokenLosses, options.prior!, segments);
    expect(run.segments).toBe(segments);
    expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(divergence).toBeGreaterThan(0);
    expect(run.metrics['weightedTokenLoss']).toBeCloseTo(weighted, 5);
    expect(run.metrics['divergenceLoss']).toBeCloseTo(divergence, 5);
    expect(run.total).toBeCloseTo(weighted + options.divergenceWeight! * divergence, 5);
  });

  it.each(runs)('has the exact gradient when segments share an update, $what', (run) => {
    const { options, haltLogits, tokenLosses, segments } = run;
    const { gradients } = runSlot(make(options), { haltLogits, tokenLosses, carryGradient: true });
    const expected = derivatives((logits) => {
      const { weighted, divergence } = reference(logits, tokenLosses, options.prior!, segments);
      return weighted + options.divergenceWeight! * divergence;
    }, haltLogits);
    gradients.forEach((gradient, n) => expect(gradient, `segment ${n + 1}`).toBeCloseTo(expected[n]!, 5));
  });

  it('treats the remaining probability as a constant, with one segment per update', () => {
    const { options, haltLogits, tokenLosses } = runs[0]!;
    const { gradients } = runSlot(make(options), { haltLogits, tokenLosses });
    let left = 1;
    haltLogits.forEach((x, n) => {
      const slope = sigmoid(x) * sigmoid(-x);
      const fromPrior = x - Math.log(options.prior! / (1 - options.prior!));
      const expected = n === 3 ? 0 : left * slope * (tokenLosses[n]! + options.divergenceWeight! * fromPrior);
      expect(gradients[n], `segment ${n + 1}`).toBeCloseTo(expected, 6);
      left *= sigmoid(-x);
    });
  });

  it('starts at its prior, with no divergence', () => {
    const controller = make({ prior: 0.3, maxSegments: 4 });
    const haltLogits = tf.tidy(() => {
      const logit = controller.logits!(tf.ones([1, 3, 4]))['halt']!.dataSync()[0]!;
      return [logit, logit, logit, logit];
    });
    expect(sigmoid(haltLogits[0]!)).toBeCloseTo(0.3, 6);
    const { metrics } = runSlot(controller, { haltLogits, tokenLosses: [1, 1, 1, 1] });
    expect(metrics['divergenceLoss']).toBeCloseTo(0, 6);
  });

  it('halts at the median outside training, or at haltAt', () => {
    const haltLogits = [-1, -1, -1, -1, -1, -1]; // 0.269 a segment: 0.27, 0.47, 0.61, 0.71, ...
    const segments = (options: PonderOptions, training: boolean) =>
      runSlot(make({ maxSegments: 6, ...options }), { haltLogits, tokenLosses: haltLogits, training }).segments;
    expect(segments({}, false)).toBe(3);
    expect(segments({ haltAt: 0.25 }, false)).toBe(1);
    expect(segments({ haltAt: 0.7 }, false)).toBe(4);
    expect(segments({}, true)).toBe(6);
    expect(segments({ epsilon: 0.3 }, true)).toBe(4);
  });

  it.each([
    [{ maxSegments: 1.5 }, 'ponder: maxSegments is 1.5'],
    [{ prior: 0 }, 'ponder: prior is 0, expected a number above 0 and below 1'],
    [{ prior: 1.1 }, 'ponder: prior is 1.1'],
    [{ divergenceWeight: -1 }, 'ponder: divergenceWeight is -1'],
    [{ epsilon: -1 }, 'ponder: epsilon is -1'],
    [{ haltAt: 2 }, 'ponder: haltAt is 2'],
  ])('refuses %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});
