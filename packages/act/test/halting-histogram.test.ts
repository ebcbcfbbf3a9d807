import * as tf from '@tensorflow/tfjs-core';
import { haltingHistogram } from '@hrm/act';
import { countHaltingSteps } from '@hrm/act/internal';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

describe('haltingHistogram', () => {
  it('counts puzzles that halted after 1, 2, ... segments', () => {
    expect(haltingHistogram([3, 1, 3, 4], 5)).toEqual([1, 0, 2, 1, 0]);
    expect(haltingHistogram(Int32Array.of(), 2)).toEqual([0, 0]);
  });

  it.each([0, 6, 1.5, NaN])('refuses %d segments of 5', (steps) => {
    expect(() => haltingHistogram([1, steps], 5)).toThrow(`puzzle 1 used ${steps} segments, expected a whole number`);
  });

  it.each(['cpu', 'wasm'] as const)('has a form for tensors that counts some slots, on %s', async (backend) => {
    await useBackend(backend);
    tf.tidy(() => {
      const counts = countHaltingSteps(tf.tensor1d([3, 1, 3, 4, 3], 'int32'), tf.tensor1d([1, 1, 1, 0, 0]), 5);
      expect([counts.shape, counts.dtype, [...counts.dataSync()]]).toEqual([[5], 'float32', [1, 0, 2, 0, 0]]);
    });
  });
});
