import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { compile, type RecordingReport } from '../../src/compile/compile';
import { numbers } from '../toy-training';
import { native, quiet, recordings, useBestBackend } from './recording';

useBestBackend();

describe('a compiled function', () => {
  it('is recorded once for each signature, with a warning from the second on', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    let calls = 0;
    const double = compile(function double(x: tf.Tensor) {
      calls++;
      return tf.mul(x, 2);
    });
    const run = (shape: number[]) => tf.tidy(() => numbers(double(tf.ones(shape))));
    for (let i = 0; i < 3; i++) expect(run([2])).toEqual([2, 2]);
    expect(calls).toBe(native ? 2 : 3); // recorded, and recorded again to compare
    expect(warn).not.toHaveBeenCalled();
    for (let i = 0; i < 2; i++) expect(run([3])).toEqual([2, 2, 2]);
    expect(double.recordings).toBe(recordings(2));
    if (native)
      expect(warn.mock.calls.map(([line]) => String(line))).toEqual([
        expect.stringMatching(/double is recorded again.*signature 2: \[float32\[3\]\]/),
      ]);
    else expect(warn).not.toHaveBeenCalled();
    double.dispose();
    expect(double.recordings).toBe(0);
    expect(run([2])).toEqual([2, 2]);
    warn.mockRestore();
  });

  it('distinguishes dtypes, ranks, plain values and variables', () => {
    const [one, two] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
    const add = compile(
      (v: tf.Variable, x: tf.Tensor, plus: number) => tf.add(tf.add(v, tf.cast(x, 'float32')), plus),
      quiet,
    );
    const run = (...args: Parameters<typeof add>) => tf.tidy(() => numbers(add(...args)));
    expect(run(one, tf.tensor1d([1]), 0)).toEqual([2]);
    expect(run(two, tf.tensor1d([1]), 0)).toEqual([3]);
    expect(run(two, tf.tensor1d([1], 'int32'), 0)).toEqual([3]);
    expect(run(two, tf.scalar(1), 0)).toEqual([3]);
    expect(run(two, tf.scalar(1), 0.5)).toEqual([3.5]);
    expect(add.recordings).toBe(recordings(5));
  });

  it('distinguishes arguments that were the same tensor when it was recorded', () => {
    const subtract = compile((a: tf.Tensor, b: tf.Tensor) => tf.sub(a, b));
    const [x, y] = [tf.tensor1d([5]), tf.tensor1d([3])];
    expect(tf.tidy(() => numbers(subtract(x, x)))).toEqual([0]);
    expect(tf.tidy(() => numbers(subtract(x, y)))).toEqual([2]);
  });

  it('distinguishes variables that shared their values when it was recorded', () => {
    const zero = tf.scalar(0);
    const [a, b] = [tf.variable(zero), tf.variable(zero)];
    const count = compile((x: tf.Tensor) => {
      a.assign(tf.add(a, x));
      return tf.sub(a, b);
    });
    const values = [1, 2, 3].map(() => tf.tidy(() => numbers(count(tf.scalar(1)))[0]));
    expect(values).toEqual([1, 2, 3]);
    b.assign(tf.scalar(10));
    expect(tf.tidy(() => numbers(count(tf.scalar(1))))).toEqual([-6]);
    expect(numbers(zero)).toEqual([0]);
  });

  it('reads the current value of a variable, also after an assignment inside', () => {
    const v = tf.variable(tf.scalar(1));
    const step = compile(() => {
      const before = tf.mul(v, 10);
      v.assign(tf.add(v, 1));
      return [before, tf.mul(v, 100)];
    });
    const run = () => tf.tidy(() => step().map((t) => numbers(t)[0]));
    expect(run()).toEqual([10, 200]);
    v.assign(tf.scalar(5));
    expect(run()).toEqual([50, 600]);
    expect(numbers(v)).toEqual([6]);
  });

  it('stores equal constants once, and captured tensors unchanged', () => {
    const table = tf.tidy(() => tf.reshape(tf.range(0, 4000), [1000, 4]));
    const reports: RecordingReport[] = [];
    const fn = compile(
      (x: tf.Tensor) => {
        const mask = () => tf.tensor1d(Float32Array.from({ length: 1000 }, (_, i) => i % 7));
        const sums = [1, 2, 3, 4].map(() => tf.mul(tf.mul(x, mask()), tf.sum(table, 1)));
        return tf.addN([...sums, tf.zeros([1000]), tf.zeros([1000])]);
      },
      { onRecord: (report) => reports.push(report) },
    );
    const x = tf.ones([1000]);
    const expected = numbers(
      tf.tidy(() =>
        tf.addN(
          [1, 2, 3, 4].map(() =>
            tf.mul(tf.tensor1d(Float32Array.from({ length: 1000 }, (_, i) => i % 7)), tf.sum(table, 1)),
          ),
        ),
      ),
    );
    expect(numbers(fn(x))).toEqual(expected);
    table.dispose(); // the compiled function keeps what it captured
    if (native) {
      expect(numbers(fn(x))).toEqual(expected);
      expect(reports).toHaveLength(1);
      expect(reports[0]!.constantBytes).toBeGreaterThanOrEqual(4000);
      expect(reports[0]!.constantBytes).toBeLessThan(4100);
    } else {
      expect(() => fn(x)).toThrow(); // of the function itself: it uses a disposed tensor
    }
    fn.dispose();
  });

  it('leaves out unused operations, and runs equal ones once', () => {
    const operations: number[] = [];
    const count = (fn: (x: tf.Tensor) => tf.Tensor) =>
      tf.tidy(() => compile(fn, { onRecord: (report) => operations.push(report.operations) })(tf.ones([2])));
    count((x) => tf.square(x));
    count((x) => {
      tf.matMul(tf.reshape(x, [1, 2]), tf.reshape(x, [2, 1]));
      return tf.square(x);
    });
    count((x) => {
      const sines = [0, 1, 2].map(() => tf.sin(tf.neg(x)));
      return tf.add(tf.mul(sines[0]!, sines[1]!), sines[2]!); // neg, sin, mul, add
    });
    const square = operations[0]!; // square, and the result
    expect(operations).toEqual(native ? [square, square, square + 3] : []);
    if (native) expect(square).toBe(2);
  });

  it('gathers, looks up embeddings and takes their gradient', () => {
    const table = tf.variable(
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
    const fn = (ids: tf.Tensor1D) => {
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.gather(table, ids))) as tf.Scalar, [table]);
      return { value, gradient: grads[table.name]! };
    };
    const compiled = compile(fn);
    const gather = () => tf.getKernel('GatherV2', tf.getBackend());
    const before = gather();
    const run = (f: typeof fn, ids: number[]) =>
      tf.tidy(() => {
        const { value, gradient } = f(tf.tensor1d(ids, 'int32'));
        return [...numbers(value), ...numbers(gradient)];
      });
    if (!native) return expect(() => run(compiled, [2, 0])).toThrow(/UnsortedSegmentSum/); // as WebAssembly has it
    expect(run(compiled, [2, 0])).toEqual(run(fn, [2, 0]));
    expect(run(compiled, [1, 1])).toEqual([50, 0, 0, 12, 16, 0, 0]);
    expect(gather()).toBe(before);
  });

  it('works inside another compiled function, inside tidy, and with captured gradients', () => {
    const inner = compile((x: tf.Tensor) => tf.square(x));
    const outer = compile((x: tf.Tensor) => tf.grad((y: tf.Tensor) => tf.sum(inner(y)))(x));
    const before = tf.memory().numTensors;
    expect(tf.tidy(() => numbers(outer(tf.tensor1d([1, 2]))))).toEqual([2, 4]);
    expect(tf.memory().numTensors).toBe(before);
    expect(inner.recordings).toBe(0);
  });
});
