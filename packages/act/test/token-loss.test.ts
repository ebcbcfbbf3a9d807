import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy, stablemaxCrossEntropy, type CrossEntropy, type TokenLoss } from '@hrm/act';
import { IGNORED_LABEL } from '@hrm/data';
import { RandomStream, valueAndGradients } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

/** The unnormalised weight of a logit. */
type Weight = (x: number) => number;

/** The cross-entropy of one position in float64. */
function referenceLoss(weight: Weight, logits: readonly number[], label: number): number {
  if (label < 0) return 0;
  const total = logits.reduce((sum, x) => sum + weight(x), 0);
  return Math.log(total) - Math.log(weight(logits[label]!));
}

/** Its derivatives, by central differences of float64; one-sided where the slope changes, at 0. */
function referenceGradient(weight: Weight, logits: readonly number[], label: number): number[] {
  return logits.map((x, i) => {
    const at = (value: number) => referenceLoss(weight, logits.with(i, value), label);
    const h = 1e-5 * Math.max(1, Math.abs(x));
    return (at(x + h) - at(x - h)) / (2 * h);
  });
}

const stablemaxWeight: Weight = (x) => (x >= 0 ? x + 1 : 1 / (1 - x));

const cases: { name: string; loss: CrossEntropy; weight: Weight; extremes: number[][] }[] = [
  {
    name: 'stablemaxCrossEntropy',
    loss: stablemaxCrossEntropy,
    weight: stablemaxWeight,
    // Above 1e6 the finite differences of the reference would lose their step.
    extremes: [
      [1e6, -1e6, 0, 3],
      [-1e6, -1e6, -1e6, -1e6],
    ],
  },
  {
    name: 'softmaxCrossEntropy',
    loss: softmaxCrossEntropy,
    // The reference overflows where the shifted form does not.
    weight: (x) => Math.exp(x - 300),
    extremes: [
      [500, 499, -200, 0],
      [-100, -101, -102, -300],
    ],
  },
];

describe.each(['cpu', 'wasm'] as const)('token losses on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(cases)('$name', ({ loss, weight, extremes }) => {
    const random = new RandomStream(0);
    const ordinary = Array.from({ length: 8 }, () => Array.from({ length: 4 }, () => 3 * random.normal()));
    const atZero = [
      [0, 0, 0, 0],
      [0, -1, 2, 0],
      [1e-8, -1e-8, 0, 1],
    ];
    const rows = [...ordinary, ...atZero, ...extremes];
    const labels = rows.map((_, i) => (i % 5 === 4 ? (i % 2 ? -1 : IGNORED_LABEL) : i % 4));

    const compute = (tokenLoss: TokenLoss = loss) =>
      tf.tidy(() => {
        const logits = tf.tensor3d([rows]);
        const { gradients, auxiliary } = valueAndGradients(() => {
          const losses = tokenLoss(logits, tf.tensor2d([labels], [1, rows.length], 'int32'));
          return { loss: tf.sum(losses) as tf.Scalar, auxiliary: { losses } };
        }, [logits]);
        return {
          losses: auxiliary.losses.arraySync()[0]!,
          gradients: (gradients[0] as tf.Tensor3D).arraySync()[0]!,
          shape: auxiliary.losses.shape,
        };
      });

    it('has the values of a float64 reference', () => {
      const { losses, shape } = compute();
      expect(shape).toEqual([1, rows.length]);
      rows.forEach((row, i) => {
        const expected = referenceLoss(weight, row, labels[i]!);
        expect(Math.abs(losses[i]! - expected), `row ${i}: ${losses[i]}, expected ${expected}`).toBeLessThanOrEqual(
          2e-6 + 2e-6 * Math.abs(expected),
        );
      });
    });

    it('has the gradients of a float64 reference, at 0 too', () => {
      const { gradients } = compute();
      rows.forEach((row, i) => {
        referenceGradient(weight, row, labels[i]!).forEach((expected, j) =>
          expect(
            Math.abs(gradients[i]![j]! - expected),
            `logit ${j} of row ${i}: ${gradients[i]![j]}, expected ${expected}`,
          ).toBeLessThanOrEqual(2e-5 + 1e-5 * Math.abs(expected)),
        );
      });
    });

    it('is 0 where the label is negative', () => {
      const { losses, gradients } = compute();
      const ignored = labels.flatMap((label, i) => (label < 0 ? [i] : []));
      expect(ignored.length).toBeGreaterThan(1);
      for (const i of ignored) expect([losses[i]!, ...gradients[i]!].map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
    });

    it('mixes the losses and gradients of all labels when smoothed', () => {
      const { losses, gradients } = compute(loss.smoothed(0.2));
      // 0.2 / 4 of each label, plus 0.8 of the right one.
      const mixed = <T>(own: number, of: (label: number) => T): [number, T][] =>
        [0, 1, 2, 3].map((label) => [label === own ? 0.85 : 0.05, of(label)]);
      rows.forEach((row, i) => {
        if (labels[i]! < 0) return expect([losses[i]!, ...gradients[i]!].map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
        const parts = mixed(labels[i]!, (label) => referenceLoss(weight, row, label));
        const expected = parts.reduce((sum, [share, part]) => sum + share * part, 0);
        expect(Math.abs(losses[i]! - expected), `row ${i}`).toBeLessThanOrEqual(2e-6 + 2e-6 * Math.abs(expected));
        const slopes = mixed(labels[i]!, (label) => referenceGradient(weight, row, label));
        gradients[i]!.forEach((slope, j) => {
          const by = slopes.reduce((sum, [share, part]) => sum + share * part[j]!, 0);
          expect(Math.abs(slope - by), `logit ${j} of row ${i}`).toBeLessThanOrEqual(2e-5 + 1e-5 * Math.abs(by));
        });
      });
    });

    it('is the plain loss bit for bit when smoothed by 0', () => {
      expect(compute(loss.smoothed(0))).toEqual(compute());
    });

    it.each([1, -0.1, Number.NaN])('refuses a smoothing of %d', (share) => {
      expect(() => loss.smoothed(share)).toThrow(`the share is ${share}, expected at least 0 and less than 1`);
    });

    it('multiplies the gradient of each position by the incoming gradient', () => {
      tf.tidy(() => {
        const logits = tf.tensor3d([[ordinary[0]!, ordinary[1]!]]);
        const target = tf.tensor2d([[1, 2]], [1, 2], 'int32');
        const { gradients } = valueAndGradients(
          () => ({ loss: tf.sum(tf.mul(loss(logits, target), [[2, -3]])) as tf.Scalar, auxiliary: {} }),
          [logits],
        );
        const got = (gradients[0] as tf.Tensor3D).arraySync()[0]!;
        [2, -3].forEach((factor, i) =>
          referenceGradient(weight, ordinary[i]!, i + 1).forEach((expected, j) =>
            expect(got[i]![j]).toBeCloseTo(factor * expected, 4),
          ),
        );
      });
    });
  });
});
