import * as tf from '@tensorflow/tfjs-core';
import { residualHalting, type ResidualHaltingOptions } from '@hrm/act';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { noAnswer } from './run-slot';

beforeAll(() => useBackend('cpu'));

const make = (options: ResidualHaltingOptions = {}) =>
  residualHalting(options)({ hiddenSize: 2, random: new RandomStream(0) });

const before = [
  [
    [3, 4],
    [0, 0],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [
    [1, 2],
    [3, 4],
  ],
];
const after = [
  [
    [3, 4],
    [0, 2],
  ],
  [
    [1, 1],
    [1, 1.1],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [
    [-1, -2],
    [-3, -4],
  ],
];
const length = (z: number[][], w = z.map((row) => row.map(() => 0))) =>
  Math.sqrt(z.flat().reduce((sum, value, i) => sum + (value - w.flat()[i]!) ** 2, 0));
const residuals = after.map((z, i) => (length(z) === 0 ? 0 : length(z, before[i]) / length(z)));

const decide = (options: ResidualHaltingOptions, steps = [1, 1, 1, 1]) =>
  tf.tidy(() => {
    const zL = tf.zeros<tf.Rank.R3>([4, 2, 2]);
    const controller = make(options);
    const { halted, state } = controller.decide({
      before: { zH: tf.tensor3d(before), zL },
      after: { zH: tf.tensor3d(after), zL },
      steps: tf.tensor1d(steps, 'int32'),
      logits: {},
      draws: undefined,
      training: false,
      state: controller.initialState!(4, { seqLen: 2 }),
      ...noAnswer,
    });
    return { halted: [...halted.dataSync()], residual: [...state!['residual']!.dataSync()] };
  });

describe('residualHalting', () => {
  it('measures the relative change of zH for each slot', () => {
    const { residual } = decide({});
    residual.forEach((value, i) => expect(value).toBeCloseTo(residuals[i]!, 6));
    expect(residuals[3]).toBe(2);
  });

  it('halts where the change is within the tolerance, or at the last segment', () => {
    expect(decide({ tolerance: 0.04 }).halted).toEqual([0, 0, 1, 0]);
    expect(decide({ tolerance: 0.05 }).halted).toEqual([0, 1, 1, 0]);
    expect(decide({ tolerance: 0.4 }).halted).toEqual([1, 1, 1, 0]);
    expect(decide({ tolerance: 0, maxSegments: 4 }, [3, 4, 1, 5]).halted).toEqual([0, 1, 1, 1]);
  });

  it('reports the residual of counted slots, and adds nothing to the token loss', () => {
    tf.tidy(() => {
      const { total, metrics } = make().losses!({
        logits: {},
        tokenLoss: tf.tensor1d([1, 2, 3, 4]),
        correct: tf.zeros([4]),
        counted: tf.tensor1d([1, 0, 0, 1]),
        halted: tf.tensor1d([1, 0, 0, 1], 'bool'),
        lookAhead: undefined,
        steps: tf.tensor1d([1, 2, 3, 4], 'int32'),
        stateBefore: { residual: tf.ones([4]) },
        stateAfter: { residual: tf.tensor1d([0.25, 9, 9, 0.5]) },
      });
      expect(tf.sum(total).dataSync()[0]).toBe(10);
      expect(metrics['residual']!.dividedBy).toBe('counted');
      expect([...metrics['residual']!.values.dataSync()]).toEqual([0.25, 9, 9, 0.5]);
    });
  });

  it.each([
    [{ tolerance: -0.1 }, 'residualHalting: tolerance is -0.1, expected a number of at least 0'],
    [{ maxSegments: 0 }, 'residualHalting: maxSegments is 0'],
  ])('refuses %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});
