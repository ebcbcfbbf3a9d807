import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { compile } from '../src/compile/compile';
import type { CompileMode } from '../src/compile/compile-mode';
import { CompiledGraph } from '../src/compile/compiled-graph';
import { currentGraphBackend } from '../src/native/native-backend';
import { selectBackend } from '../src/index';
import { numbers } from './toy-training';

let native = false;
beforeAll(async () => {
  await selectBackend();
  native = currentGraphBackend() !== undefined;
});
afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

const quiet = { onRecord: () => undefined };

describe.each<CompileMode>(['xla', 'graph', 'eager'])('together, in mode %s', (mode) => {
  it('returns the results of single calls, in order', () => {
    const atOnce = vi.spyOn(CompiledGraph.prototype, 'runTogether');
    const weight = tf.variable(tf.tensor2d([[1, 2], [3, 4]])); // prettier-ignore
    const f = compile((x: tf.Tensor2D, scale: number) => ({ y: tf.matMul(x, tf.mul(weight, scale)), x }), { mode });
    tf.tidy(() => {
      const calls = Array.from({ length: 5 }, (_, i): [tf.Tensor2D, number] => [tf.tensor2d([[i, 1]]), 2]);
      const results = f.together(calls);
      expect(results.map(({ y }) => numbers(y))).toEqual(calls.map(([x]) => [2 * (numbers(x)[0]! + 3), 2 * (2 * numbers(x)[0]! + 4)])); // prettier-ignore
      expect(results.map(({ x }) => numbers(x))).toEqual(calls.map(([x]) => numbers(x)));
      expect(f.together([])).toEqual([]);
    });
    expect(atOnce).toHaveBeenCalledTimes(native && mode !== 'eager' ? 1 : 0);
    f.dispose();
  });

  it('lets each call see the assignments of the one before', () => {
    const total = tf.variable(tf.scalar(0));
    const add = compile((x: tf.Scalar) => (total.assign(tf.add(total, x)), tf.clone(total) as tf.Scalar), { mode });
    tf.tidy(() => {
      const sums = add.together([[tf.scalar(1)], [tf.scalar(2)], [tf.scalar(3)]]);
      expect(sums.map((sum) => sum.dataSync()[0])).toEqual([1, 3, 6]);
    });
    add.dispose();
  });

  it('runs calls of different shapes one after another', () => {
    const double = compile((x: tf.Tensor1D) => tf.mul(x, 2), { mode, ...quiet });
    tf.tidy(() => {
      const results = double.together([[tf.tensor1d([1])], [tf.tensor1d([1, 2])], [tf.tensor1d([3])]]);
      expect(results.map(numbers)).toEqual([[2], [2, 4], [6]]);
    });
    double.dispose();
  });

  it('leaks nothing, even if a call fails', () => {
    const double = compile((x: tf.Tensor1D) => tf.mul(x, 2), { mode });
    const x = tf.tensor1d([1, 2]);
    tf.tidy(() => void double.together([[x], [x]]));
    const { numTensors } = tf.memory();
    for (let i = 0; i < 50; i++) tf.tidy(() => void double.together([[x], [x], [x]]));
    const gone = tf.tensor1d([5, 6]);
    gone.dispose();
    expect(() => tf.tidy(() => void double.together([[x], [gone]]))).toThrow();
    expect(tf.memory().numTensors).toBe(numTensors);
    double.dispose();
    x.dispose();
  });
});
