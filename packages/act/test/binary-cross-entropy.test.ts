import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy } from '@hrm/act';
import { valueAndGradients } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { bernoulliDivergence } from '../src/losses/bernoulli-divergence';
import { useBackend } from '../../layers/test/backends';

const logits = [0, 1e-7, -1e-7, 0.5, -3, 5, -5, 20, -20, 88, -88, 1000, -1000, 3e38, -3e38];
const targets = [0, 1, 0.3];

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** `-log sigmoid(x)` in float64. */
const surprise = (x: number) => (x >= 0 ? Math.log1p(Math.exp(-x)) : -x + Math.log1p(Math.exp(x)));

const close = (got: number, expected: number, what: string) =>
  expect(Math.abs(got - expected), `${what}: ${got}, expected ${expected}`).toBeLessThanOrEqual(
    1e-6 + 1e-6 * Math.abs(expected),
  );

/** Values and gradients of an elementwise function of the logits. */
function compute(f: (x: tf.Tensor1D) => tf.Tensor1D): { values: Float32Array; slopes: Float32Array } {
  return tf.tidy(() => {
    const x = tf.tensor1d(logits);
    const { gradients, auxiliary } = valueAndGradients(() => {
      const values = f(x);
      return { loss: tf.sum(values) as tf.Scalar, auxiliary: { values } };
    }, [x]);
    return { values: auxiliary.values.dataSync<'float32'>(), slopes: gradients[0]!.dataSync<'float32'>() };
  });
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(targets)('binaryCrossEntropy is exact for extreme logits and a target of %d', (target) => {
    const { values, slopes } = compute((x) => binaryCrossEntropy(x, tf.fill([logits.length], target)));
    logits.forEach((x, i) => {
      close(values[i]!, target * surprise(x) + (1 - target) * surprise(-x), `value at ${x}`);
      close(slopes[i]!, sigmoid(x) - target, `slope at ${x}`);
    });
  });

  it('binaryCrossEntropy lets no gradient into its targets', () => {
    tf.tidy(() => {
      const target = tf.tensor1d([0.2, 0.9]);
      const { gradients } = valueAndGradients(
        () => ({
          loss: tf.sum(binaryCrossEntropy(tf.tensor1d([1, -1]), tf.sigmoid(target) as tf.Tensor1D)) as tf.Scalar,
          auxiliary: {},
        }),
        [target],
      );
      expect([...gradients[0]!.dataSync()]).toEqual([0, 0]);
    });
  });

  it.each([0.2, 0.5, 0.999])('bernoulliDivergence is exact for extreme logits and a prior of %d', (prior) => {
    const { values, slopes } = compute((x) => bernoulliDivergence(x, prior));
    logits.forEach((x, i) => {
      const p = sigmoid(x);
      const byCoin = (share: number, minusLog: number) => (share === 0 ? 0 : share * -minusLog);
      const ownEntropy = byCoin(p, surprise(x)) + byCoin(sigmoid(-x), surprise(-x));
      close(values[i]!, ownEntropy - p * Math.log(prior) - sigmoid(-x) * Math.log1p(-prior), `value at ${x}`);
      const slope = p * sigmoid(-x);
      close(slopes[i]!, slope === 0 ? 0 : slope * (x - Math.log(prior / (1 - prior))), `slope at ${x}`);
      expect(values[i]).toBeGreaterThan(-1e-6);
    });
  });
});
