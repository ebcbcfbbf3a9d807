import * as tf from '@tensorflow/tfjs-core';
import { attentionBlock, namedParameters, RandomStream, RotaryEmbedding, valueAndGradients } from '@hrm/layers';
import { equilibrium, ReasoningModule, RecursionCore, unrolled, type RecursionSchedule } from '@hrm/recursion';
import { compile, selectBackend } from '@hrm/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOurSchedules } from '../../../packages/recursion/test/our-schedules';
import { isNativeSetUp } from './native';

// The tests of @hrm/recursion cover plain JavaScript and WebAssembly; a library cannot import the native backend.
const backend = (prefer: 'native' | 'cpu') => ({
  name: prefer,
  use: async () => void (await selectBackend({ prefer })),
});
/** The result of a schedule on HRM's own layers and its gradients, as one function of tensors. */
function stepOf(schedule: RecursionSchedule) {
  const random = new RandomStream(0);
  const tables = new Map<number, RotaryEmbedding>();
  const rotary = (headSize: number) => {
    const table = tables.get(headSize) ?? new RotaryEmbedding({ headSize, seqLen: 6 });
    tables.set(headSize, table);
    return table;
  };
  const context = { hiddenSize: 16, seqLen: 6, rotary, random };
  const level = () => new ReasoningModule({ layers: 1, block: attentionBlock({ heads: 2 }), context });
  const core = new RecursionCore(level(), level());
  const weights = [...namedParameters(core).values()];
  return (zH: tf.Tensor3D, zL: tf.Tensor3D, x: tf.Tensor3D, signs: tf.Tensor) =>
    tf.tidy(() => {
      const { loss, gradients } = valueAndGradients(() => {
        const { latents, regularizer } = schedule.refine(core, { zH, zL }, x, { jacobianSigns: signs });
        const sum = tf.add(tf.sum(tf.mul(latents.zH, x)), tf.sum(tf.square(tf.mul(latents.zL, x))));
        return { loss: tf.add(sum, regularizer ? tf.sum(regularizer) : 0) as tf.Scalar, auxiliary: {} };
      }, [...weights, x]);
      return [loss, ...gradients];
    });
}

describe.skipIf(!isNativeSetUp)('on native TensorFlow', () => {
  describeOurSchedules([backend('native'), backend('cpu')]);

  describe('compile()', () => {
    beforeAll(() => backend('native').use());

    it.each<[string, RecursionSchedule]>([
      ['unrolled', unrolled({ hCycles: 2, lCycles: 1 })],
      ['equilibrium, implicit', equilibrium({ iterations: 3, gradient: 'implicit', jacobianWeight: 0.1 })],
      [
        'equilibrium, phantom',
        equilibrium({ iterations: 3, solver: 'broyden', gradient: { type: 'phantom', steps: 2 } }),
      ],
    ])('records %s and its gradient, with the same results', (_, schedule) => {
      expect(schedule.recordable ?? true).toBe(true);
      const random = new RandomStream(1);
      const normal = () =>
        tf.tensor3d(Float32Array.from({ length: 3 * 6 * 16 }, () => random.normal()), [3, 6, 16]); // prettier-ignore
      const [zH, zL, x] = [normal(), normal(), normal()];
      const signs = tf.tensor1d(
        schedule.draw?.(new RandomStream(2), [3, 6, 16])['jacobianSigns'] ?? new Float32Array(576).fill(1),
      );
      const step = stepOf(schedule);
      const recorded = compile(step);
      const expected = step(zH, zL, x, signs).map((tensor) => tensor.dataSync());
      const got = recorded(zH, zL, x, signs).map((tensor) => tensor.dataSync());
      expect(recorded.recordings).toBe(1);
      got.forEach((values, i) => {
        const size = (expected[i] as Float32Array).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
        values.forEach((value, j) => expect(Math.abs(value - expected[i]![j]!) / size).toBeLessThan(1e-3));
      });
      recorded.dispose();
    });

    it('cannot record a schedule with a tolerance, which is marked so', () => {
      const schedule = equilibrium({ tolerance: 1e-3 });
      expect(schedule.recordable).toBe(false);
      const zeros = tf.ones([1, 6, 16]) as tf.Tensor3D;
      expect(() => compile(stepOf(schedule))(zeros, zeros, zeros, zeros)).toThrow('cannot be recorded');
    });
  });
});
