import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { matMulSpeed, selectBackend } from '../src/index';

beforeAll(async () => void (await selectBackend()));

describe('matMulSpeed', () => {
  it('divides its operations by their time', () => {
    const size = { m: 64, k: 96, n: 32, batch: 2 };
    const started = performance.now();
    const { gflops, bestGflops, products } = matMulSpeed({ ...size, seconds: 0.1 });
    const elapsed = (performance.now() - started) / 1000;
    const made = (products * 2 * size.batch * size.m * size.k * size.n) / 1e9;
    expect(elapsed).toBeGreaterThan(0.1);
    expect(products).toBeGreaterThanOrEqual(3);
    expect(bestGflops).toBeGreaterThanOrEqual(gflops);
    // What was made in all cannot have gone much faster than the best round, nor may the best round claim more than
    // that.
    expect(bestGflops).toBeGreaterThan(made / elapsed);
    expect(gflops).toBeLessThan((made / 0.1) * 10);
  });

  it('measures the given product', () => {
    let products = 0;
    const multiply = (a: tf.Tensor, b: tf.Tensor) => (products++, tf.matMul(a, b));
    const measured = matMulSpeed({ m: 8, k: 8, n: 8, seconds: 0.01, multiply });
    expect(products).toBeGreaterThan(measured.products);
  });

  it('leaks no tensor, and refuses invalid sizes', () => {
    const before = tf.memory().numTensors;
    matMulSpeed({ m: 8, k: 8, n: 8, seconds: 0.01 });
    expect(tf.memory().numTensors).toBe(before);
    expect(() => matMulSpeed({ m: 0 })).toThrow(/m is 0, expected a whole number/);
  });
});
