import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile';
import type { CompileMode } from '../../src/compile/compile-mode';
import { numbers } from '../toy-training';
import { expectRefused, native, quiet, useBestBackend } from './recording';

useBestBackend();

describe('a recording fails, with its reason, for', () => {
  it('a read of the values of an argument, a variable or a result', async () => {
    const v = tf.variable(tf.tensor1d([1]));
    const reads = {
      'an argument': (x: tf.Tensor) => tf.add(x, x.dataSync()[0]!),
      'the variable': (x: tf.Tensor) => tf.add(x, v.dataSync()[0]!),
      'the operation Square': (x: tf.Tensor) => tf.add(x, tf.square(x).arraySync() as number[]),
    };
    for (const [what, fn] of Object.entries(reads)) {
      expectRefused(
        () => compile(fn, { name: 'peek' })(tf.ones([1])),
        new RegExp(`peek cannot be recorded: it reads the values of .*${what}`),
      );
    }
    const later = (x: tf.Tensor) => {
      void x.data();
      return tf.square(x);
    };
    expectRefused(() => compile(later)(tf.ones([1])), /reads the values of an argument/);
    await new Promise((resolve) => setTimeout(resolve, 10)); // no unhandled rejection follows
  });

  it('a random number, a counter, or another value that changes from call to call', () => {
    let calls = 0;
    expectRefused(
      () => compile((x: tf.Tensor) => tf.add(x, tf.randomNormal([100])))(tf.ones([100])),
      /of shape \[100\].*had other values in a second recording.*random/,
    );
    expectRefused(
      () => compile((x: tf.Tensor) => tf.add(x, calls++))(tf.ones([1])),
      /of shape \[\] made inside it had other values/,
    );
    expectRefused(
      () => compile((x: tf.Tensor) => (calls++ % 2 ? tf.sin(x) : tf.cos(x)))(tf.ones([1])),
      /ran (Sin|Cos) where the first ran (Sin|Cos)/,
    );
    expectRefused(
      () => compile((x: tf.Tensor) => (calls++ % 2 ? x : tf.neg(tf.cos(x))))(tf.ones([1])),
      /second recording ran Identity where the first ran|lacked/,
    );
    if (native)
      expectRefused(
        () => compile((x: tf.Tensor) => tf.multinomial(x as tf.Tensor1D, 2))(tf.ones([3])),
        /Multinomial, which draws random numbers/,
      );
  });

  it('an asynchronous function, a kept tensor, a variable made inside, a result that is an object of a class', () => {
    const kept: tf.Tensor[] = [];
    const asynchronous = compile((x: tf.Tensor) => Promise.resolve(x)) as unknown as (x: tf.Tensor) => void;
    expectRefused(() => asynchronous(tf.ones([1])), /asynchronous/);
    expectRefused(
      () => compile((x: tf.Tensor) => void kept.push(tf.keep(tf.square(x))))(tf.ones([1])),
      /keeps a tensor made inside/,
    );
    expectRefused(
      () => compile((x: tf.Tensor) => tf.add(tf.variable(x), 1))(tf.ones([1])),
      /makes the variable \w+ inside/,
    );
    expectRefused(() => compile((x: tf.Tensor) => ({ date: new Date(), x }))(tf.ones([1])), /returns something other/);
  });

  it('a shape that depends on values', () => {
    if (native)
      expectRefused(() => compile((x: tf.Tensor1D) => tf.unique(x).values)(tf.tensor1d([1, 1])), /shape .*Unique/);
    expect(tf.getBackend()).toBe(native ? 'tensorflow' : 'wasm');
  });

  it('a number that differs in each call, which should be a tensor', () => {
    const scale = compile((x: tf.Tensor, by: number) => tf.mul(x, by), { maxRecordings: 3, ...quiet });
    const run = () => {
      for (let i = 0; i < 5; i++) tf.tidy(() => scale(tf.ones([1]), i));
    };
    if (native) expect(run).toThrow(/recorded for 3 signatures.*tf\.scalar/);
    else expect(run).not.toThrow();
    scale.dispose();
  });

  it('an operation that XLA lacks, which mode graph runs', () => {
    const image = tf.reshape(tf.range(0, 9), [1, 3, 3, 1]) as tf.Tensor4D;
    const fn = (x: tf.Tensor4D) => tf.max(tf.dilation2d(x, tf.ones([2, 2, 1]) as tf.Tensor3D, 1, 'same'));
    const run = (mode: CompileMode) => tf.tidy(() => numbers(compile(fn, { mode, name: 'dilate' })(image)));
    if (!native) return expect(run('xla')).toEqual([9]);
    expect(() => run('xla')).toThrow(/XLA cannot compile dilate: .*Dilation2D.*mode 'graph'/s);
    expect(run('graph')).toEqual([9]);
  });
});

it('a failed recording leaves variables, backend and memory as they were', () => {
  const x = tf.tensor1d([1]);
  const seven = tf.tensor1d([7]);
  const v = tf.variable(seven);
  seven.dispose();
  const large = tf.ones([500]);
  tf.square(v).dispose(); // now TensorFlow has the values
  const memory = tf.memory();
  const methods = Object.keys(tf.backend()).sort();
  const refused = compile((by: tf.Tensor1D) => {
    v.assign(tf.mul(v, by) as tf.Tensor1D);
    return v.dataSync();
  });
  expectRefused(() => refused(x), /reads the values/);
  const fails = compile((by: tf.Tensor1D) => {
    v.assign(tf.mul(v, tf.mean(tf.mul(large, by))) as tf.Tensor1D);
    throw new TypeError('my own');
  });
  expect(() => tf.tidy(() => fails(x))).toThrow(new TypeError('my own'));
  expect(numbers(v)).toEqual([7]);
  expect(Object.keys(tf.backend()).sort()).toEqual(methods);
  expect(tf.memory()).toMatchObject({ numTensors: memory.numTensors, numDataBuffers: memory.numDataBuffers });
  expect(tf.tidy(() => numbers(tf.square(v)))).toEqual([49]);
});
