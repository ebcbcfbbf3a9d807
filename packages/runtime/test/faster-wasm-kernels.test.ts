import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useFasterWasmKernels } from '../src/wasm/faster-wasm-kernels';
import { selectBackend } from '../src/index';
import { replaceKernel } from '../src/replace-kernel';
import { currentWasmBackend } from '../src/wasm/wasm-backend';

const kernelsReplaced = ['BatchMatMul', 'Slice', 'SplitV', 'Concat', 'Tile', 'Identity'];
const kernelsInPlace = () => kernelsReplaced.map((name) => tf.getKernel(name, 'wasm').kernelFunc);
const stockKernels: tf.KernelFunc[] = [];

beforeAll(async () => {
  await import('@tensorflow/tfjs-backend-wasm');
  stockKernels.push(...kernelsInPlace());
  await selectBackend({ prefer: 'wasm' });
});

const dtype = fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const);
/** Rows longer and shorter than the longest run that a loop copies. */
const length = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constantFrom(0, 13, 40));
const shape = fc.array(length, { minLength: 1, maxLength: 4 });
/** A shape and a type, and a random value for each axis by its length. */
const withEachAxis = <T>(axis: (length: number) => fc.Arbitrary<T>) =>
  fc
    .tuple(shape, dtype)
    .chain(([shape, dtype]) =>
      fc.record({ shape: fc.constant(shape), dtype: fc.constant(dtype), axes: fc.tuple(...shape.map(axis)) }),
    );

/** 0, 1, 2, ...; for booleans every third is true. */
function counted(shape: number[], dtype: 'float32' | 'int32' | 'bool', offset = 0): tf.Tensor {
  const values = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i + offset);
  return tf.tensor(dtype === 'bool' ? values.map((value) => value % 3 === 0) : values, shape, dtype);
}

const read = (tensors: tf.Tensor[]) =>
  tensors.map((x) => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] }));

/** Checks that every case gives the same result on WebAssembly as on the JavaScript backend. */
async function expectSame<Case>(cases: fc.Arbitrary<Case>, run: (value: Case) => tf.Tensor[]): Promise<void> {
  const drawn = fc.sample(cases, { seed: 7, numRuns: 300 });
  const results = () => drawn.map((value) => tf.tidy(() => read(run(value))));
  await selectBackend({ prefer: 'cpu' });
  const expected = results();
  await selectBackend({ prefer: 'wasm' });
  const actual = results();
  for (const [i, value] of drawn.entries()) expect(actual[i], fc.stringify(value)).toEqual(expected[i]);
}

describe('useFasterWasmKernels', () => {
  it('has been called by selectBackend, and does nothing the second time', () => {
    const before = kernelsInPlace();
    for (const [i, kernel] of before.entries()) expect(kernel, kernelsReplaced[i]).not.toBe(stockKernels[i]);
    expect(useFasterWasmKernels()).toBe(true);
    expect(kernelsInPlace()).toEqual(before);
  });

  it('does not change a backend with other internals', () => {
    for (const [i, name] of kernelsReplaced.entries()) replaceKernel(name, 'wasm', stockKernels[i]!);
    const { wasm } = tf.backend() as unknown as { wasm: { _BatchMatMul?: unknown } };
    const { _BatchMatMul } = wasm;
    delete wasm._BatchMatMul;
    expect(useFasterWasmKernels()).toBe(false);
    expect(kernelsInPlace()).toEqual(stockKernels);
    wasm._BatchMatMul = _BatchMatMul;
    expect(useFasterWasmKernels()).toBe(true);
    for (const [i, kernel] of kernelsInPlace().entries()) expect(kernel, kernelsReplaced[i]).not.toBe(stockKernels[i]);
  });

  it('refuses another backend, and says what to do', async () => {
    await selectBackend({ prefer: 'cpu' });
    expect(() => useFasterWasmKernels()).toThrow(/backend is 'cpu'; call `await tf.setBackend\('wasm'\)`/);
    await selectBackend({ prefer: 'wasm' });
  });
});

describe('the faster kernels', () => {
  it('slice any block of any tensor', () =>
    expectSame(
      withEachAxis((whole) =>
        fc
          .integer({ min: 0, max: whole })
          .chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: 0, max: whole - begin }))),
      ),
      ({ shape, dtype, axes }) => [
        tf.slice(
          counted(shape, dtype),
          axes.map(([begin]) => begin),
          axes.map(([, size]) => size),
        ),
      ],
    ));

  it('split along any axis, into equal and unequal parts', () =>
    expectSame(
      fc.record({ before: shape, after: shape, sizes: fc.array(length, { minLength: 1, maxLength: 4 }), dtype }),
      ({ before, after, sizes, dtype }) => {
        const [outer, inner] = [before.slice(0, 2), after.slice(0, 1)];
        const whole = sizes.reduce((sum, size) => sum + size, 0);
        const unequal = tf.split(counted([...outer, whole, ...inner], dtype), sizes, outer.length);
        const equal = tf.split(counted([...outer, 2 * whole, ...inner], dtype), 2, -1 - inner.length);
        return [...unequal, ...equal];
      },
    ));

  it('concatenate along any axis', () =>
    expectSame(
      fc.record({ before: shape, after: shape, sizes: fc.array(length, { minLength: 1, maxLength: 4 }), dtype }),
      ({ before, after, sizes, dtype }) => {
        const [outer, inner] = [before.slice(0, 2), after.slice(0, 1)];
        const parts = sizes.map((size, i) => counted([...outer, size, ...inner], dtype, 100 * i));
        return [tf.concat(parts, outer.length)];
      },
    ));

  it('repeat along any axes', () =>
    expectSame(
      withEachAxis(() => fc.constantFrom(1, 1, 2, 3, 17)),
      ({ shape, dtype, axes }) => [tf.tile(counted(shape.slice(0, 3), dtype), axes.slice(0, 3))],
    ));

  it('multiply batches, transposed or not, also one matrix with many', () =>
    expectSame(
      fc.record({
        batch: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
        rows: fc.integer({ min: 1, max: 9 }),
        inner: fc.integer({ min: 1, max: 9 }),
        columns: fc.integer({ min: 1, max: 9 }),
        transposeA: fc.boolean(),
        transposeB: fc.boolean(),
        alone: fc.constantFrom('neither', 'a', 'b', 'a along the last axis' as const),
      }),
      ({ batch, rows, inner, columns, transposeA, transposeB, alone }) => {
        const one = batch.map(() => 1);
        const batchOfA =
          alone === 'a' ? one : alone === 'neither' || alone === 'b' ? batch : [...batch.slice(0, -1), 1];
        // Whole numbers, whose products and sums are exact in any order.
        const a = counted([...batchOfA, ...(transposeA ? [inner, rows] : [rows, inner])], 'float32');
        const b = counted(
          [...(alone === 'b' ? one : batch), ...(transposeB ? [columns, inner] : [inner, columns])],
          'float32',
        );
        return [tf.matMul(a, b, transposeA, transposeB)];
      },
    ));

  it('keep every bit of a number, and strings too', () => {
    // A signalling NaN with a payload, minus zero, the smallest positive number.
    const bits = new Int32Array([0x7fa00001, -0x80000000, 1, 0x3f800000]);
    const x = tf.tensor2d(new Float32Array(bits.buffer), [2, 2]);
    const cut = tf.split(x, 2, 1).map((part) => part.dataSync());
    expect(cut.map((part) => [...new Int32Array(part.buffer, part.byteOffset, 2)])).toEqual([
      [bits[0], bits[2]],
      [bits[1], bits[3]],
    ]);
    const words = tf.tensor2d(['a', 'b', 'c', 'd'], [2, 2]);
    expect(tf.concat([words, words], 1).dataSync()).toEqual(['a', 'b', 'a', 'b', 'c', 'd', 'c', 'd']);
    expect(tf.slice(words, [1, 0], [1, 1]).dataSync()).toEqual(['c']);
  });

  it('have gradients, which use slice, concat and tile', () => {
    const x = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const gradient = tf.grad((x: tf.Tensor) => {
      const [left, right] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
      return tf.sum(tf.matMul(tf.tile(left, [1, 1, 2]), tf.concat([right, left], -1), false, true));
    })(x);
    // d/dl of sum(l_i (r_j + l_j)) over i, j: every l of a matrix gets the sum of r and twice that of l, every r that
    // of l.
    expect([...gradient.dataSync()]).toEqual([14, 4, 14, 4, 38, 12, 38, 12]);
  });

  it('share cloned values until the last tensor is disposed', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const copy = tf.clone(x);
    x.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    const variable = tf.variable(copy);
    variable.assign(tf.mul(variable, 2));
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    expect([...variable.dataSync()]).toEqual([2, 4, 6]);
  });

  it('leak no memory of the heap over 2,000 calls', () => {
    const { wasm } = currentWasmBackend()!;
    const a = tf.ones([8, 40, 30]);
    const b = tf.ones([8, 30, 40]);
    const round = () =>
      tf.tidy(() => {
        const product = tf.matMul(a, b);
        const back = tf.matMul(product, b, true, true);
        return void tf.tile(tf.concat(tf.split(tf.clone(back), 2, 1), 1), [2, 1, 1]);
      });
    round();
    const [tensors, bytes] = [tf.memory().numTensors, wasm.HEAPU8.length];
    const allocate = vi.spyOn(wasm, '_malloc');
    const free = vi.spyOn(wasm, '_free');
    for (let i = 0; i < 2000; i++) round();
    expect(allocate.mock.calls.length).toBeGreaterThan(2000 * 6);
    expect(free.mock.calls.length).toBe(allocate.mock.calls.length);
    vi.restoreAllMocks();
    expect(tf.memory().numTensors).toBe(tensors);
    // What the backend packs of a right operand it allocates by itself.
    expect(wasm.HEAPU8.length).toBe(bytes);
  });
});
