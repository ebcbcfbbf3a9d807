import * as tf from '@tensorflow/tfjs-core';
import { gravesAct, type GravesActOptions } from '@hrm/act';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { derivatives, runSlot, sigmoid } from './run-slot';

beforeAll(() => useBackend('cpu'));

const make = (options: GravesActOptions = {}) => gravesAct(options)({ hiddenSize: 4, random: new RandomStream(0) });

/** Graves' equations 6 to 12 in float64, for a given number of segments. */
function reference(logits: readonly number[], tokenLosses: readonly number[], segments: number) {
  const probabilities = logits.slice(0, segments).map(sigmoid);
  const remainder = 1 - probabilities.slice(0, -1).reduce((sum, p) => sum + p, 0);
  probabilities[segments - 1] = remainder;
  return {
    probabilities,
    weighted: probabilities.reduce((sum, p, n) => sum + p * tokenLosses[n]!, 0),
    ponderCost: segments + remainder,
  };
}

const runs: {
  what: string;
  options: GravesActOptions;
  haltLogits: number[];
  tokenLosses: number[];
  segments: number;
}[] = [
  {
    what: 'until the probabilities add up to 1 - epsilon',
    options: { maxSegments: 8, ponderWeight: 0.3 },
    haltLogits: [-2, -1, 0.2, 1, 0, 0, 0, 0],
    tokenLosses: [2, 1.5, 1, 0.4, 9, 9, 9, 9],
    segments: 4,
  },
  {
    what: 'to the last segment',
    options: { maxSegments: 3, ponderWeight: 0.1 },
    haltLogits: [-3, -2, -4],
    tokenLosses: [0.7, 0.8, 0.1],
    segments: 3,
  },
  {
    what: 'for one segment with a high probability',
    options: { maxSegments: 8, ponderWeight: 0.1 },
    haltLogits: [6, 0, 0, 0, 0, 0, 0, 0],
    tokenLosses: [0.7, 0, 0, 0, 0, 0, 0, 0],
    segments: 1,
  },
  {
    what: 'with a large epsilon',
    options: { maxSegments: 8, epsilon: 0.4 },
    haltLogits: [0, 0, 0, 0, 0, 0, 0, 0],
    tokenLosses: [1, 2, 3, 4, 5, 6, 7, 8],
    segments: 2,
  },
];

describe('gravesAct', () => {
  it.each(runs)(
    'has the token weights and ponder cost of Graves, $what',
    ({ options, haltLogits, tokenLosses, segments }) => {
      const run = runSlot(make(options), { haltLogits, tokenLosses });
      const expected = reference(haltLogits, tokenLosses, segments);
      expect(run.segments).toBe(segments);
      expect(expected.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(run.metrics['weightedTokenLoss']).toBeCloseTo(expected.weighted, 5);
      expect(run.metrics['ponderCost']).toBeCloseTo(expected.ponderCost, 5);
      const { ponderWeight = 0.01 } = options;
      expect(run.total).toBeCloseTo(expected.weighted + ponderWeight * expected.ponderCost, 5);
    },
  );

  it.each(runs)('has the exact gradient when segments share an update, $what', (run) => {
    const { options, haltLogits, tokenLosses, segments } = run;
    const { gradients } = runSlot(make(options), { haltLogits, tokenLosses, carryGradient: true });
    const { ponderWeight = 0.01 } = options;
    const expected = derivatives((logits) => {
      const { weighted, ponderCost } = reference(logits, tokenLosses, segments);
      return weighted + ponderWeight * ponderCost;
    }, haltLogits);
    gradients.forEach((gradient, n) => expect(gradient, `segment ${n + 1}`).toBeCloseTo(expected[n]!, 5));
  });

  it('has the exact gradient of the ponder cost also with one segment per update', () => {
    const { options, haltLogits, segments } = runs[0]!;
    const tokenLosses = haltLogits.map(() => 0);
    const { gradients } = runSlot(make(options), { haltLogits, tokenLosses });
    const expected = derivatives((logits) => 0.3 * reference(logits, tokenLosses, segments).ponderCost, haltLogits);
    gradients.forEach((gradient, n) => expect(gradient, `segment ${n + 1}`).toBeCloseTo(expected[n]!, 5));
  });

  it('learns to halt earlier only where the token loss is below the ponder weight, with one segment per update', () => {
    const { gradients } = runSlot(make({ maxSegments: 4, ponderWeight: 0.5 }), {
      haltLogits: [-3, -3, -3, -3],
      tokenLosses: [0.6, 0.5, 0.4, 0.4],
    });
    const slope = sigmoid(-3) * sigmoid(3);
    [0.1, 0, -0.1, 0].forEach((gap, n) => expect(gradients[n]).toBeCloseTo(gap * slope, 6));
  });

  it('gives further segments no weight when no probability remains and another controller delays halting', () => {
    tf.tidy(() => {
      const controller = make({ maxSegments: 8 });
      const spent = { remaining: tf.tensor1d([0.2]) };
      const context = {
        logits: { halt: tf.tensor1d([0]) },
        steps: tf.tensor1d([3], 'int32'),
        tokenLoss: tf.tensor1d([1]),
        correct: tf.tensor1d([0]),
        counted: tf.tensor1d([0]),
        halted: tf.tensor1d([0], 'bool'),
        lookAhead: undefined,
        stateBefore: spent,
        stateAfter: spent,
      };
      expect(controller.losses!(context).metrics['weightedTokenLoss']!.values.dataSync()[0]).toBeCloseTo(0.2, 6);
      const none = { ...context, stateBefore: { remaining: tf.tensor1d([0]) } };
      expect(controller.losses!(none).metrics['weightedTokenLoss']!.values.dataSync()[0]).toBe(0);
    });
  });

  it('starts with the halting bias', () => {
    tf.tidy(() => {
      const logits = (options?: GravesActOptions) => make(options).logits!(tf.ones([2, 3, 4]))['halt']!.dataSync();
      expect([...logits()]).toEqual([-3, -3]);
      expect([...logits({ haltingBias: 1 })]).toEqual([1, 1]);
    });
  });

  it.each([
    [{ maxSegments: -1 }, 'gravesAct: maxSegments is -1'],
    [{ ponderWeight: -1 }, 'gravesAct: ponderWeight is -1, expected a number of at least 0'],
    [{ epsilon: 2 }, 'gravesAct: epsilon is 2, expected a share'],
    [{ haltingBias: NaN }, 'gravesAct: haltingBias is NaN, expected a finite number'],
  ])('refuses %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});
