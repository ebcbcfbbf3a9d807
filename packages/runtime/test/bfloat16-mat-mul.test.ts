import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile, findNativeInstallation, selectBackend, type CompileMode } from '../src/index';
import {
  DEFAULT_PRODUCTS,
  PRODUCT_KINDS,
  PRODUCT_METHODS,
  useBfloat16Products,
  type Bfloat16Products,
} from '../src/bfloat16/product-methods';

/** `x` with all values rounded to the nearest bfloat16, ties to even. */
function rounded(x: tf.Tensor): tf.Tensor {
  const values = Float32Array.from(x.dataSync());
  const bits = new Uint32Array(values.buffer);
  bits.forEach((word, i) => (bits[i] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000));
  return tf.tensor(values, x.shape);
}

const multiply = (a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): tf.Tensor =>
  tf.engine().runKernel('Bfloat16MatMul', { a, b }, { transposeA, transposeB });

it('is on native TensorFlow only', async () => {
  const { name } = await selectBackend();
  expect(tf.getKernel('Bfloat16MatMul', name) !== undefined).toBe(name === 'tensorflow');
});

describe.runIf(findNativeInstallation())('a product in bfloat16', () => {
  beforeAll(async () => {
    await selectBackend({ prefer: 'native' });
  });

  const modes: CompileMode[] = ['xla', 'graph', 'eager'];
  const inXla = PRODUCT_METHODS.map((method) => ({ mode: 'xla' as const, method }));
  const cases = [...inXla, ...modes.map((mode) => ({ mode, method: 'the default' as const }))];
  afterEach(() => useBfloat16Products(DEFAULT_PRODUCTS));
  const sizes = [
    [7, 5, 3],
    [2, 3, 4, 5, 6],
  ].flatMap((shape) => [false, true].flatMap((left) => [false, true].map((right) => ({ shape, left, right }))));

  it.each(cases)('multiplies rounded factors and sums in float32, $mode, $method', ({ mode, method }) => {
    if (method !== 'the default') {
      const all = PRODUCT_KINDS.map((kind) => [kind, method]);
      useBfloat16Products(Object.fromEntries(all) as Bfloat16Products);
    }
    for (const { shape, left, right } of sizes) {
      const [m, k, n] = shape.slice(-3) as [number, number, number];
      const batch = shape.slice(0, -3);
      const a = tf.randomNormal(left ? [...batch, k, m] : [...batch, m, k]);
      const b = tf.randomNormal(right ? [...batch, n, k] : [...batch, k, n]);
      const before = tf.memory().numTensors;
      const compiled = compile((x: tf.Tensor, y: tf.Tensor) => multiply(x, y, left, right), { mode });
      const product = compiled(a, b);
      expect(tf.memory().numTensors).toBe(before + 1);
      expect(product.dtype).toBe('float32');
      const expected = tf.matMul(rounded(a), rounded(b), left, right);
      expect(product.shape).toEqual(expected.shape);
      expect(tf.max(tf.abs(tf.sub(product, expected))).dataSync()[0]).toBeLessThan(1e-5);
      // The bound above allows no rounding of the sums; this one demands that of the factors.
      const exact = tf.matMul(a, b, left, right);
      expect(tf.max(tf.abs(tf.sub(product, exact))).dataSync()[0]).toBeGreaterThan(1e-4);
      compiled.dispose();
    }
  });

  it('casts a weight once in a graph, however often it is used', () => {
    const weight = tf.variable(tf.randomNormal([4, 4]));
    let operations = 0;
    const twice = compile((x: tf.Tensor) => multiply(multiply(x, weight), weight), {
      onRecord: (report) => (operations = report.operations),
    });
    twice(tf.ones([4, 4])).dispose();
    // Casts of x, of the weight and of the first product, two products, and the result.
    expect(operations).toBe(6);
    twice.dispose();
    weight.dispose();
  });
});
