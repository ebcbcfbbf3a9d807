import * as tf from '@tensorflow/tfjs-core';
import { haltOnly, qLearningHalting, type HaltingLossContext } from '@hrm/act';
import { continueTarget } from '@hrm/act/internal';
import { namedParameters, RandomStream, registerGradients } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { noAnswer } from './run-slot';

beforeAll(async () => {
  await useBackend('cpu');
  registerGradients();
});

const context = () => ({ hiddenSize: 4, random: new RandomStream(0) });
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const crossEntropy = (x: number, target: number) =>
  -target * Math.log(sigmoid(x)) - (1 - target) * Math.log(sigmoid(-x));
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const sumOf = (bySlot: tf.Tensor | undefined) => tf.sum(bySlot!).dataSync()[0];

const halt = [0.5, -1, 2, -0.5];
const goOn = [0.1, 1, -2, -0.7];
const nextHalt = [1.5, -2, 0.3, 0.4];
const nextContinue = [0.5, 1, 0.9, -3];
const correct = [1, 0, 0, 1];
const tokenLoss = [0.1, 0.2, 0.3, 0.4];

const lossContext = (lookAhead = true): HaltingLossContext => ({
  logits: { halt: tf.tensor1d(halt), continue: tf.tensor1d(goOn) },
  tokenLoss: tf.tensor1d(tokenLoss),
  correct: tf.tensor1d(correct),
  counted: tf.tensor1d([1, 1, 0, 1]),
  halted: tf.tensor1d([1, 1, 0, 1], 'bool'),
  lookAhead: lookAhead ? { halt: tf.tensor1d(nextHalt), continue: tf.tensor1d(nextContinue) } : undefined,
  steps: tf.tensor1d([1, 4, 3, 4], 'int32'),
  stateBefore: {},
  stateAfter: {},
});

const haltLoss = sum(halt.map((x, i) => crossEntropy(x, correct[i]!)));

describe('qLearningHalting', () => {
  it('starts with both values equal, and no answer predicted to be right', () => {
    tf.tidy(() => {
      const logits = qLearningHalting()(context()).logits!(tf.ones([2, 3, 4]));
      expect([...logits['halt']!.dataSync(), ...logits['continue']!.dataSync()]).toEqual([-5, -5, -5, -5]);
    });
  });

  it('reads only position 0 of zH', () => {
    tf.tidy(() => {
      const controller = qLearningHalting()(context());
      namedParameters(controller)
        .get('head.weight')!
        .assign(tf.ones([4, 2]));
      const zH = tf.tensor3d([[...[1, 2, 3, 4], ...[9, 9, 9, 9]]].flat(), [1, 2, 4]);
      expect([...controller.logits!(zH)['halt']!.dataSync()]).toEqual([10 - 5]);
    });
  });

  it('multiplies the continue target by the discount', () => {
    tf.tidy(() => {
      const { lookAhead, steps } = lossContext();
      const expected = [1.5, -2, 0.9, 0.4].map((value) => 0.5 * sigmoid(value));
      [...continueTarget(lookAhead!, steps, { maxSegments: 4, discount: 0.5 }).dataSync()].forEach((target, i) =>
        expect(target).toBeCloseTo(expected[i]!, 5),
      );
    });
  });

  it('learns to halt a puzzle that is always right only with a discount below 1', () => {
    /** The learned halt value minus the continue value, for a puzzle that is right after every segment. */
    const marginAfterLearning = (discount: number) =>
      tf.tidy(() => {
        const controller = qLearningHalting({ maxSegments: 4, discount })(context());
        let [halt, goOn] = [-5, -5];
        for (let step = 0; step < 300; step++) {
          const logits = { halt: tf.tensor1d([halt]), continue: tf.tensor1d([goOn]) };
          const slot = { tokenLoss: tf.zeros([1]), correct: tf.ones([1]), counted: tf.ones([1]), halted: tf.ones([1]) };
          const loss = (haltLogit: tf.Tensor1D, continueLogit: tf.Tensor1D) =>
            tf.sum<tf.Scalar>(
              controller.losses!({
                ...(slot as Pick<HaltingLossContext, 'tokenLoss' | 'correct' | 'counted' | 'halted'>),
                logits: { halt: haltLogit, continue: continueLogit },
                lookAhead: logits,
                steps: tf.tensor1d([1], 'int32'),
                stateBefore: {},
                stateAfter: {},
              }).total,
            );
          const [byHalt, byContinue] = tf.grads(loss as (...logits: tf.Tensor[]) => tf.Scalar)(Object.values(logits));
          halt -= byHalt!.dataSync()[0]!;
          goOn -= byContinue!.dataSync()[0]!;
        }
        return sigmoid(halt) - sigmoid(goOn);
      });
    expect(Math.abs(marginAfterLearning(0.95) - 0.05)).toBeLessThan(0.01);
    expect(Math.abs(marginAfterLearning(1))).toBeLessThan(0.01);
  });

  it('refuses an invalid discount', () => {
    expect(() => qLearningHalting({ discount: 0 })(context())).toThrow('discount is 0, expected a number over 0');
    expect(() => qLearningHalting({ discount: 1.1 })(context())).toThrow('discount is 1.1');
  });

  it('has the larger value one segment later as the continue target, and the halt value at the last segment', () => {
    tf.tidy(() => {
      const { lookAhead, steps } = lossContext();
      const expected = [1.5, -2, 0.9, 0.4].map(sigmoid);
      [...continueTarget(lookAhead!, steps, { maxSegments: 4 }).dataSync()].forEach((target, i) =>
        expect(target).toBeCloseTo(expected[i]!, 6),
      );
    });
  });

  it('adds half the halt and continue losses to the token loss', () => {
    tf.tidy(() => {
      const controller = qLearningHalting({ maxSegments: 4 })(context());
      const { total, metrics } = controller.losses!(lossContext());
      const targets = [1.5, -2, 0.9, 0.4].map(sigmoid);
      const continueLoss = sum(goOn.map((x, i) => crossEntropy(x, targets[i]!)));
      expect(sumOf(metrics['haltLoss']!.values)).toBeCloseTo(haltLoss, 5);
      expect(sumOf(metrics['continueLoss']!.values)).toBeCloseTo(continueLoss, 5);
      expect(sumOf(total)).toBeCloseTo(sum(tokenLoss) + 0.5 * (haltLoss + continueLoss), 5);
      expect(metrics['haltLoss']!.dividedBy).toBe('batch');
      expect(metrics['haltAccuracy']!.dividedBy).toBe('counted');
      // The halt logits of the first two are correct.
      expect([...metrics['haltAccuracy']!.values.dataSync()]).toEqual([1, 1, 0, 0]);
    });
  });

  it('halts where the halt value is larger, or at the last segment', () => {
    tf.tidy(() => {
      const decide = (learnContinue: boolean) => {
        const controller = qLearningHalting({ maxSegments: 4, learnContinue })(context());
        const { logits } = lossContext();
        const latents = { zH: tf.ones<tf.Rank.R3>([4, 1, 4]), zL: tf.ones<tf.Rank.R3>([4, 1, 4]) };
        const steps = tf.tensor1d([1, 4, 3, 3], 'int32');
        const rest = { draws: undefined, training: true, state: {}, before: latents, after: latents, ...noAnswer };
        return [...controller.decide({ logits, steps, ...rest }).halted.dataSync()];
      };
      expect(decide(true)).toEqual([1, 1, 1, 1]);
      // Without a continue value the threshold is 0, and the last logit, -0.5 against -0.7, is below it.
      expect(decide(false)).toEqual([1, 1, 1, 0]);
    });
  });

  it('deferred: the value of the segment before learns the value of this one, without a further pass', () => {
    tf.tidy(() => {
      const controller = qLearningHalting({ maxSegments: 4, learnContinue: 'deferred' })(context());
      expect(controller.needsLookAhead).toBe('own');
      const weight = namedParameters(controller).get('head.weight')!;
      weight.assign(tf.tensor2d([0, 1, 0, 2, 0, 3, 0, 4], [4, 2]));
      // What the head reads after a segment is the state of the next one.
      const zH = tf.tensor3d([1, 0, 0, 0, 9, 9, 9, 9], [1, 2, 4]);
      const [rest, one] = [{ draws: undefined, training: true, state: {}, ...noAnswer }, tf.tensor1d([1], 'int32')];
      const { logits } = lossContext();
      const after = controller.decide({ logits, steps: one, before: { zH, zL: zH }, after: { zH, zL: zH }, ...rest });
      expect([...after.state!['read']!.dataSync()]).toEqual([1, 0, 0, 0]);

      const read = tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [4, 4]);
      const given = { ...lossContext(), steps: tf.tensor1d([1, 2, 4, 3], 'int32'), stateBefore: { read } };
      // A puzzle's first segment has none before it, and after its last one only the halt value counts.
      const targets = nextHalt.map((value, slot) => sigmoid(slot === 2 ? value : Math.max(value, nextContinue[slot]!)));
      const expected = [0, 1, 2, 3].map((slot) => (slot === 0 ? 0 : crossEntropy(slot + 1 - 5, targets[slot]!)));
      const { metrics, total } = controller.losses!(given);
      [...metrics['continueLoss']!.values.dataSync()].forEach((loss, slot) =>
        expect(loss).toBeCloseTo(expected[slot]!, 4),
      );
      expect(sumOf(total)).toBeCloseTo(sum(tokenLoss) + 0.5 * (haltLoss + sum(expected)), 4);
      // It teaches the head. The kit checks that no gradient passes to its targets.
      const { grads } = tf.variableGrads(
        () => tf.sum<tf.Scalar>(controller.losses!(given).metrics['continueLoss']!.values),
        [weight],
      );
      expect(sumOf(tf.abs(Object.values(grads)[0]!))).toBeGreaterThan(0.1);
    });
  });

  it('has no continue loss without the look-ahead logits', () => {
    tf.tidy(() => {
      const controller = qLearningHalting({ maxSegments: 4, learnContinue: false, lossWeight: 2 })(context());
      const { total, metrics } = controller.losses!(lossContext(false));
      expect(Object.keys(metrics)).toEqual(['haltAccuracy', 'haltLoss']);
      expect(sumOf(total)).toBeCloseTo(sum(tokenLoss) + 2 * haltLoss, 5);
    });
  });

  it.each([
    [{ maxSegments: 0 }, 'qLearningHalting: maxSegments is 0, expected a whole number of at least 1'],
    [{ maxSegments: 2.5 }, 'maxSegments is 2.5'],
    [{ exploration: -0.1 }, 'exploration is -0.1, expected a share between 0 and 1'],
    [{ exploration: NaN }, 'exploration is NaN'],
    [{ lossWeight: Infinity }, 'lossWeight is Infinity, expected a number of at least 0'],
    [
      { learnContinue: 'later' as 'deferred' },
      'learnContinue is the string "later", expected true, false or \'deferred\'',
    ],
    [{ reads: 'last' as 'mean' }, "reads is the string \"last\", expected 'first' or 'mean'"],
  ])('refuses %o', (options, message) => {
    expect(() => qLearningHalting(options)(context())).toThrow(message);
  });
});

describe('reads', () => {
  it.each([qLearningHalting, haltOnly])('is the first position or the mean of all: %o', (make) => {
    tf.tidy(() => {
      const zH: tf.Tensor3D = tf.tensor3d([[[1, 2, 3, 4], [3, 2, 1, 8]]]); // prettier-ignore
      const haltOf = (reads?: 'first' | 'mean') => {
        const controller = make({ ...(reads && { reads }) })(context());
        const head = controller.parameters['head'] as { parameters: { weight: tf.Variable } };
        head.parameters.weight.assign(tf.ones([4, 2]));
        return controller.logits!(zH)['halt']!.dataSync()[0];
      };
      expect([haltOf(), haltOf('first'), haltOf('mean')]).toEqual([5, 5, 7]);
    });
  });
});

describe('haltOnly', () => {
  it('halts on a positive logit and learns from the halt loss alone', () => {
    tf.tidy(() => {
      const controller = haltOnly({ maxSegments: 4, lossWeight: 0.25 })(context());
      const { total } = controller.losses!(lossContext(false));
      expect(sumOf(total)).toBeCloseTo(sum(tokenLoss) + 0.25 * haltLoss, 5);
      expect(controller.needsLookAhead).toBeUndefined();
      const latents = { zH: tf.ones<tf.Rank.R3>([4, 1, 4]), zL: tf.ones<tf.Rank.R3>([4, 1, 4]) };
      const { halted } = controller.decide({
        logits: lossContext().logits,
        steps: tf.tensor1d([1, 4, 3, 3], 'int32'),
        draws: undefined,
        training: true,
        state: {},
        before: latents,
        after: latents,
        ...noAnswer,
      });
      expect([...halted.dataSync()]).toEqual([1, 1, 1, 0]);
    });
  });
});
