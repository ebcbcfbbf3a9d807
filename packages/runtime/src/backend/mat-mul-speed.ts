import { expectOptions } from '@hrm/files/internal';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link matMulSpeed}. */
export interface MatMulSpeedOptions {
  /** Rows of the left matrix. Default 5184. */
  m?: number;
  /** Columns of the left matrix and rows of the right one. Default 512. */
  k?: number;
  /** Columns of the right matrix. Default 512. */
  n?: number;
  /** Products in one operation. Default 1. */
  batch?: number;
  /** The multiplication. Default `tf.matMul`. `compile((a, b) => tf.matMul(a, b))` measures that of XLA. */
  multiply?: (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;
  /** How long to measure, in seconds, but at least three rounds. Default 1. */
  seconds?: number;
}

/** The result of {@link matMulSpeed}. */
export interface MatMulSpeed {
  /** Median over the rounds, in 10^9 floating-point operations per second. A product counts as 2mkn. */
  gflops: number;
  /** The speed of the fastest round. */
  bestGflops: number;
  /** The number of products. */
  products: number;
}

/**
 * Measures how fast the current backend multiplies float32 matrices `[m, k]` and `[k, n]`. This bounds the speed of any
 * program that mostly multiplies matrices.
 *
 * @example
 * ```ts
 * import { matMulSpeed, selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const { gflops } = matMulSpeed({ m: 256, k: 256, n: 256, seconds: 0.2 });
 * console.log(`${gflops.toFixed(1)} GFLOP/s`);
 * ```
 */
export function matMulSpeed(options: MatMulSpeedOptions = {}): MatMulSpeed {
  expectOptions('matMulSpeed', options, ['m', 'k', 'n', 'batch', 'multiply', 'seconds']);
  const { m = 5184, k = 512, n = 512, batch = 1, seconds = 1 } = options;
  const multiply = options.multiply ?? ((a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b));
  for (const [name, value] of Object.entries({ m, k, n, batch })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`matMulSpeed: ${name} is ${value}, expected a whole number of at least 1`);
  }
  const fill = (rows: number, columns: number) =>
    tf.tidy(() => tf.reshape(tf.sin(tf.range(0, batch * rows * columns)), [batch, rows, columns]));
  const [left, right] = [fill(m, k), fill(k, n)];
  const operations = 2 * batch * m * k * n;

  /**
   * Seconds for this number of products. Reads a value of the last one, because a GPU still computes after the call.
   */
  const time = (products: number) => {
    const started = performance.now();
    for (let i = 1; i < products; i++) multiply(left, right).dispose();
    tf.tidy(() => tf.slice(multiply(left, right), [0, 0, 0], [1, 1, 1]).dataSync());
    return (performance.now() - started) / 1000;
  };
  time(1);
  // Rounds of about 20 ms, so that the clock's resolution and single interruptions matter little.
  const perRound = Math.max(1, Math.min(1000, Math.round(0.02 / time(1))));
  const rounds: number[] = [];
  let total = 0;
  while (total < seconds || rounds.length < 3) {
    const taken = time(perRound);
    total += taken;
    rounds.push((perRound * operations) / taken / 1e9);
  }
  tf.dispose([left, right]);
  rounds.sort((a, b) => a - b);
  return { gflops: rounds[rounds.length >> 1]!, bestGflops: rounds.at(-1)!, products: rounds.length * perRound };
}
