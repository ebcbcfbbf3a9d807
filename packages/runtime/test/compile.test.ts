import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compile, type RecordingReport } from '../src/compile/compile';
import type { CompileMode } from '../src/compile/compile-mode';
import { currentGraphBackend } from '../src/native/native-backend';
import { RecordingError } from '../src/compile/recording-error';
import { compile as compileInBrowser } from '../src/browser/compile';
import { selectBackend as selectInBrowser } from '../src/browser/select-backend';
import * as library from '../src/index';
import { findNativeInstallation, matMulSpeed, selectBackend, setUpNative, setUpWebGpu } from '../src/index';
import { numbers, toy } from './toy-training';

// With native TensorFlow these functions are compiled. Elsewhere compile() must return the function itself, with the
// same results.
let native = false;
beforeAll(async () => {
  const { name } = await selectBackend();
  native = currentGraphBackend() !== undefined;
  expect(native).toBe(findNativeInstallation() !== undefined);
  expect(name).toBe(native ? 'tensorflow' : 'wasm');
});
beforeEach(() => {
  tf.disposeVariables();
});

const recordings = (count: number) => (native ? count : 0);
const quiet = { onRecord: () => undefined };

/**
 * The message of the RecordingError with native TensorFlow. Elsewhere undefined, because the function is not compiled.
 */
function refusal(run: () => unknown): string {
  try {
    tf.tidy(() => void run());
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
  return '';
}

/** Expects the error where functions are recorded, and none where they are not. */
function expectRefused(run: () => unknown, pattern: RegExp): void {
  if (native) expect(refusal(run)).toMatch(pattern);
  else expect(refusal(run)).toBe('');
}

it.each<[string, () => unknown, RegExp]>([
  [
    'compile',
    () => compile(numbers, { misspelt: 1 } as never),
    /compile: there is no option "misspelt", expected mode/,
  ],
  ['compile of nothing', () => compile(undefined as never), /compile: got undefined, expected a function/],
  [
    'compile in another mode',
    () => compile(numbers, { mode: 'xl' as never }),
    /mode is "xl", expected xla, graph, eager/,
  ],
  ['compile in browsers', () => compileInBrowser(numbers, { misspelt: 1 } as never), /there is no option "misspelt"/],
  ['selectBackend', () => selectBackend({ misspelt: 1 } as never), /selectBackend: there is no option "misspelt"/],
  ['selectBackend in browsers', () => selectInBrowser({ misspelt: 1 } as never), /there is no option "misspelt"/],
  ['setUpNative', () => setUpNative({ misspelt: 1 } as never), /setUpNative: there is no option "misspelt"/],
  ['setUpWebGpu', () => setUpWebGpu({ misspelt: 1 } as never), /setUpWebGpu: there is no option "misspelt"/],
  ['matMulSpeed', () => matMulSpeed({ misspelt: 1 } as never), /matMulSpeed: there is no option "misspelt"/],
  ['findNativeInstallation', () => findNativeInstallation({ misspelt: 1 } as never), /there is no option "misspelt"/],
])('%s refuses what it does not know', async (_, call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});

it('every function of the package that takes options is tested above', () => {
  const names = Object.keys(library).filter((name) => !/Error$/.test(name));
  const tested = ['compile', 'selectBackend', 'setUpNative', 'setUpWebGpu', 'matMulSpeed', 'findNativeInstallation'];
  expect(names.filter((name) => !tested.includes(name))).toEqual(['hasNvidiaGpu']);
});

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

  it('leaks no memory over 1,000 calls, nor after dispose', () => {
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

describe('what cannot be recorded', () => {
  it('is a read of values: of an argument, a variable, or a result', async () => {
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

  it('is a random number, a counter, or another value that changes from call to call', () => {
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

  it('is an asynchronous function, a kept tensor, a variable made inside, a result that is an object of a class', () => {
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

  it('is a shape that depends on values', () => {
    if (native)
      expectRefused(() => compile((x: tf.Tensor1D) => tf.unique(x).values)(tf.tensor1d([1, 1])), /shape .*Unique/);
    expect(tf.getBackend()).toBe(native ? 'tensorflow' : 'wasm');
  });

  it('leaves variables, backend and memory as they were', () => {
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

  it('is a number that always changes, which should be passed as a tensor', () => {
    const scale = compile((x: tf.Tensor, by: number) => tf.mul(x, by), { maxRecordings: 3, ...quiet });
    const run = () => {
      for (let i = 0; i < 5; i++) tf.tidy(() => scale(tf.ones([1]), i));
    };
    if (native) expect(run).toThrow(/recorded for 3 signatures.*tf\.scalar/);
    else expect(run).not.toThrow();
    scale.dispose();
  });

  it('is an operation that XLA lacks, which runs as a graph', () => {
    const image = tf.reshape(tf.range(0, 9), [1, 3, 3, 1]) as tf.Tensor4D;
    const fn = (x: tf.Tensor4D) => tf.max(tf.dilation2d(x, tf.ones([2, 2, 1]) as tf.Tensor3D, 1, 'same'));
    const run = (mode: CompileMode) => tf.tidy(() => numbers(compile(fn, { mode, name: 'dilate' })(image)));
    if (!native) return expect(run('xla')).toEqual([9]);
    expect(() => run('xla')).toThrow(/XLA cannot compile dilate: .*Dilation2D.*mode 'graph'/s);
    expect(run('graph')).toEqual([9]);
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
