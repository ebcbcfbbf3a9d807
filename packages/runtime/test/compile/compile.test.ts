import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile';
import type { CompileMode } from '../../src/compile/compile-mode';
import { selectBackend } from '../../src/index';
import { currentGraphBackend } from '../../src/native/native-backend';
import { numbers, toy } from '../toy-training';
import { native, quiet, recordings, useBestBackend } from './recording';

useBestBackend();

describe.each<CompileMode>(['xla', 'graph', 'eager'])('compile in mode %s', (mode) => {
  it('trains like the function itself: gradients, moments and variables', () => {
    const trainings = [toy((step) => step), toy((step) => compile(step, { mode }))];
    const runs = trainings.map(({ train, variables }) => ({
      losses: Array.from({ length: 30 }, (_, i) => train(i + 1)),
      weights: variables.map((variable) => numbers(variable)),
    }));
    const [eager, compiled] = runs as [(typeof runs)[0], (typeof runs)[0]];
    expect(compiled.losses.at(-1)).toBeLessThan(eager.losses[0]! * 0.9);
    compiled.losses.forEach((loss, i) => expect(loss).toBeCloseTo(eager.losses[i]!, 4));
    compiled.weights
      .flat()
      .forEach((weight, i) => expect(Math.abs(weight - eager.weights.flat()[i]!)).toBeLessThan(2e-4));
  });

  it('uses tensors and variables that were made on another backend', async () => {
    const here = tf.getBackend();
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    const weight = tf.variable(tf.tensor1d([1, 2, 3]));
    const [small, large, argument] = [tf.tensor1d([1, 1, 1]), tf.ones([100, 3]), tf.tensor1d([2, 2, 2])];
    await tf.setBackend(here);
    const step = compile(
      (x: tf.Tensor) => {
        weight.assign(tf.add(weight, tf.add(x, small)));
        return tf.sum(tf.mul(weight, large), 0);
      },
      { mode },
    );
    expect(tf.tidy(() => numbers(step(argument)))).toEqual([400, 500, 600]);
    expect(numbers(weight)).toEqual([4, 5, 6]);
    expect(tf.tidy(() => numbers(step(argument)))).toEqual([700, 800, 900]);
    step.dispose();
    tf.dispose([weight, small, large, argument]);
  });

  it('leaks no memory over 1,000 calls, and keeps none after dispose', () => {
    const initial = tf.tidy(() => tf.range(0, 3));
    const start = tf.memory();
    const weight = tf.variable(initial);
    const large = tf.tidy(() => tf.reshape(tf.range(0, 300), [100, 3]));
    const add = compile(
      (x: tf.Tensor) => {
        weight.assign(tf.add(weight, x));
        return { total: tf.sum(weight), parts: [tf.mul(weight, 2), tf.sum(large)] };
      },
      { mode },
    );
    const x = tf.tensor1d([1, 1, 1]);
    const call = () => tf.tidy(() => numbers(add(x).total)[0]!);
    call();
    const before = tf.memory();
    const binding = currentGraphBackend()?.binding as { getNumOfTensors(): number } | undefined;
    const handles = binding?.getNumOfTensors();
    for (let i = 0; i < 1000; i++) call();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
    expect(binding?.getNumOfTensors()).toBe(handles);
    expect(call()).toBe(3 + 3 * 1002);
    if (native && mode !== 'eager') {
      tf.dispose(add(x) as unknown as tf.TensorContainer); // outside a tidy only the results are the caller's
      expect(tf.memory().numTensors).toBe(before.numTensors);
    }
    for (const { dispose } of [add, weight, large, x].map((it) => ({ dispose: () => it.dispose() }))) dispose();
    expect(tf.memory()).toMatchObject({
      numTensors: start.numTensors,
      numDataBuffers: start.numDataBuffers,
      numBytes: start.numBytes,
    });
  });

  it('takes and returns nested objects, arrays and maps, with plain values', () => {
    const nested = compile(
      ({ a, list }: { a: tf.Tensor; list: [tf.Tensor, number, Map<string, tf.Tensor>] }, how: string) => ({
        sum: tf.add(a, list[0]),
        by: { scale: list[1], how, none: null, scaled: [tf.mul(list[2].get('m')!, list[1])] },
        map: new Map([['same', a]]),
      }),
      { mode, ...quiet },
    );
    const run = (scale: number, how: string) =>
      tf.tidy(() => {
        const map = new Map([['m', tf.tensor1d([5, 6])]]);
        const { sum, by, map: out } = nested({ a: tf.tensor1d([1, 2]), list: [tf.scalar(10), scale, map] }, how);
        return {
          sum: numbers(sum),
          scaled: numbers(by.scaled[0]!),
          same: numbers(out.get('same')!),
          how: by.how,
          none: by.none === null,
        };
      });
    expect(run(2, 'x')).toEqual({ sum: [11, 12], scaled: [10, 12], same: [1, 2], how: 'x', none: true });
    expect(run(3, 'y')).toEqual({ sum: [11, 12], scaled: [15, 18], same: [1, 2], how: 'y', none: true });
    expect(nested.recordings).toBe(mode === 'eager' ? 0 : recordings(2));
  });
});

describe('compile on other backends', () => {
  it.each(['wasm', 'cpu'] as const)('is the function itself on %s', async (prefer) => {
    await selectBackend({ prefer });
    try {
      const seen: tf.Tensor[] = [];
      const fn = compile((x: tf.Tensor) => (seen.push(x), tf.add(x, x.dataSync()[0]!)), { name: 'named' });
      const x = tf.tensor1d([1, 2]);
      expect(numbers(fn(x))).toEqual([2, 3]);
      expect(seen).toEqual([x]);
      expect(fn.recordings).toBe(0);
      expect(fn.name).toBe('named');
      fn.dispose();
      expect(numbers(fn(x))).toEqual([2, 3]);
    } finally {
      await selectBackend();
    }
  });
});
