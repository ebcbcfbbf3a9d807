import * as tf from '@tensorflow/tfjs-core';
import { runSegment, softmaxCrossEntropy, superviseSegment, type HaltingLosses, type Segment } from '@hrm/act';
import { IGNORED_LABEL } from '@hrm/data';
import { ProbeNetwork } from '@hrm/act/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../../layers/test/backends';
import { freshCarry, numbers, ScriptedHalting } from './scripted-halting';

beforeAll(() => useBackend('cpu'));

const ANSWER = [1, 2, 3, 4, 5];
const [NONE, IGNORED] = [IGNORED_LABEL, -1];
const LABELS = [
  [1, 2, 3, 4, 5], // right, but not halted
  [1, 2, NONE, NONE, 0], // two of three right
  [NONE, NONE, 3, 4, IGNORED], // all two right
  [NONE, NONE, NONE, NONE, NONE], // padding
];
const HALTED = [0, 1, 1, 1];

/** A segment of four slots. The logit of each token of {@link ANSWER} is 3, all other logits are 0. */
function answeredSegment(network: ProbeNetwork): Segment {
  const segment = runSegment(network, freshCarry(network, LABELS.length));
  const answers = tf.tensor2d(new Array<number[]>(LABELS.length).fill(ANSWER), undefined, 'int32');
  return {
    ...segment,
    logits: tf.mul(3, tf.cast(tf.oneHot(answers, network.vocabSize), 'float32')),
    carry: {
      ...segment.carry,
      halted: tf.tensor1d(HALTED, 'bool'),
      steps: tf.tensor1d([1, 3, 2, 4], 'int32'),
      puzzle: { ...segment.carry.puzzle, labels: tf.tensor2d(LABELS, undefined, 'int32') },
    },
  };
}

/** The cross-entropy of a token with logit 3, and of one with logit 0, next to five logits of 0. */
const [rightLoss, wrongLoss] = [Math.log(Math.exp(3) + 5) - 3, Math.log(Math.exp(3) + 5)];

describe('superviseSegment', () => {
  let controller: ScriptedHalting;
  let network: ProbeNetwork;
  beforeEach(() => {
    controller = new ScriptedHalting([9, 9, 9, 9]);
    network = new ProbeNetwork(() => controller);
  });
  afterEach(() => network.dispose());

  it('counts only slots that have just halted and have a label', () => {
    tf.tidy(() => {
      const segment = answeredSegment(network);
      const { metrics, counts, haltingSteps } = superviseSegment(network, segment, softmaxCrossEntropy);
      const figures = Object.fromEntries(
        Object.entries(metrics).map(([name, { total }]) => [name, total.dataSync()[0]!]),
      );
      expect(counts.counted.dataSync()[0]).toBe(2);
      expect(figures['accuracy']).toBeCloseTo(2 / 3 + 1, 6);
      expect(figures['exactAccuracy']).toBe(1);
      expect(figures['steps']).toBe(3 + 2);
      expect(figures['own']).toBe(42);
      expect(numbers(haltingSteps)).toEqual([0, 1, 1, 0, 0]);
      expect(numbers(controller.context!.correct)).toEqual([1, 0, 1, 1]);
      expect(numbers(controller.context!.counted)).toEqual([0, 1, 1, 0]);
      expect(numbers(controller.context!.halted)).toEqual([0, 1, 1, 1]);
      expect(numbers(controller.context!.steps)).toEqual([1, 3, 2, 4]);
    });
  });

  it("divides a sequence's token loss by its labelled tokens, and sums over all slots", () => {
    tf.tidy(() => {
      const segment = answeredSegment(network);
      const perSequence = [rightLoss, (2 * rightLoss + wrongLoss) / 3, rightLoss, 0];
      const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
      numbers(controller.context!.tokenLoss).forEach((loss, i) => expect(loss).toBeCloseTo(perSequence[i]!, 5));
      const sum = perSequence.reduce((a, b) => a + b);
      expect(metrics['tokenLoss']!.total.dataSync()[0]).toBeCloseTo(sum, 5);
      expect(total.dataSync()[0]).toBeCloseTo(sum, 5);
      const regularized = superviseSegment(
        network,
        { ...segment, regularizer: tf.tensor1d([0.5, 0, 0, 0]) },
        softmaxCrossEntropy,
      );
      expect(regularized.total.dataSync()[0]).toBeCloseTo(sum + 0.5, 5);
    });
  });

  it('ignores slots that rest', () => {
    tf.tidy(() => {
      const segment = answeredSegment(network);
      const all = superviseSegment(network, segment, softmaxCrossEntropy);
      const active = tf.tensor1d([1, 0, 1, 1]);
      // The values of a slot that rests may even be NaN.
      const regularizer = tf.tensor1d([0, Number.NaN, 0, 0]);
      const { total, metrics, counts, haltingSteps } = superviseSegment(
        network,
        { ...segment, active, regularizer },
        softmaxCrossEntropy,
      );
      expect(all.total.dataSync()[0]! - total.dataSync()[0]!).toBeCloseTo((2 * rightLoss + wrongLoss) / 3, 5);
      expect(metrics['tokenLoss']!.total.dataSync()[0]).toBe(total.dataSync()[0]);
      expect([counts.counted, metrics['own']!.total].map((figure) => figure.dataSync()[0])).toEqual([1, 41]);
      expect(numbers(haltingSteps)).toEqual([0, 1, 0, 0, 0]);
    });
  });

  it.each([
    // Slots: not halted, halted, halted, padding. Their values are 20, 1, 1 and 20.
    ['batch', 42, 4],
    ['segments', 22, 3],
    ['counted', 2, 2],
  ] as const)('sums a metric divided by %s over those slots that it counts', (dividedBy, sum, slots) => {
    controller.dividedBy = dividedBy;
    tf.tidy(() => {
      const segment = answeredSegment(network);
      const { metrics, counts } = superviseSegment(network, segment, softmaxCrossEntropy);
      expect(metrics['own']!.dividedBy).toBe(dividedBy);
      expect(metrics['own']!.total.dataSync()[0]).toBe(sum);
      expect(
        { batch: 4, segments: counts.segments.dataSync()[0], counted: counts.counted.dataSync()[0] }[dividedBy],
      ).toBe(slots);
    });
  });

  it('refuses a metric without a divisor, and a name that is taken', () => {
    tf.tidy(() => {
      const segment = runSegment(network, freshCarry(network, 4), { training: true });
      const refused = (metrics: object) => {
        controller.losses = ({ tokenLoss }) => ({ total: tokenLoss, metrics: metrics as HaltingLosses['metrics'] });
        return () => superviseSegment(network, segment, softmaxCrossEntropy);
      };
      const values = tf.tensor1d([1, 2, 3, 4]);
      expect(refused({ doubtLoss: values })).toThrow(
        "halting controller scripted, metric doubtLoss: expected values and a divisor, as in { values: tensor, dividedBy: 'batch' }",
      );
      expect(refused({ doubt: { values, dividedBy: 'slots' } })).toThrow(
        'dividedBy is one of batch, segments, counted',
      );
      expect(refused({ steps: { values, dividedBy: 'batch' } })).toThrow('there is another metric called steps');
    });
  });

  it('refuses losses that are not one value per slot, naming the controller', () => {
    tf.tidy(() => {
      const segment = runSegment(network, freshCarry(network, 4), { training: true });
      controller.losses = ({ tokenLoss }) => ({ total: tf.sum(tokenLoss) as tf.Tensor as tf.Tensor1D, metrics: {} });
      expect(() => superviseSegment(network, segment, softmaxCrossEntropy)).toThrow(
        'halting controller scripted, total: got a tensor of shape [], expected [4]; one value per slot',
      );
    });
  });
});
