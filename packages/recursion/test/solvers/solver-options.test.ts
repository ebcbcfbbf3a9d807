import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { anderson, broyden, dampedIteration, solveFixedPoint } from '../../src/index';
import { useBackend } from '../../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

it.each<[string, () => unknown]>([
  ['no option "tolerence"', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { tolerence: 1 } as object)],
  ['no option "mixing"', () => anderson({ mixing: 1 } as object)],
  ['no option "window"', () => broyden({ window: 1 } as object)],
  ['no option "beta"', () => dampedIteration({ beta: 1 } as object)],
  ['no solver "newton"', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { solver: 'newton' as 'damped-iteration' })],
  ['window is 0', () => anderson({ window: 0 })],
  ['ridge is -1', () => anderson({ ridge: -1 })],
  ['damping is 0', () => dampedIteration({ damping: 0 })],
  ['memory is 1.5', () => broyden({ memory: 1.5 })],
  ['tolerance is NaN', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { tolerance: NaN })],
  ['maxIterations is 0', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { maxIterations: 0 })],
  ['give one or the other', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { iterations: 3, tolerance: 1e-3 })],
  ['residual is "l2"', () => solveFixedPoint((z) => z, tf.zeros([1, 1]), { residual: 'l2' as 'absolute' })],
  ['expected [batch, n]', () => solveFixedPoint((z) => z, tf.zeros([2]) as unknown as tf.Tensor2D)],
])('wrong options of a solver are refused: %s', (message, act) => {
  expect(act).toThrow(message);
});
