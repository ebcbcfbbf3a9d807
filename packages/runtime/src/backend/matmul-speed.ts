import * as tf from '@tensorflow/tfjs-core';

export interface MatmulSpeedOptions {
  /** Rows of the left matrix. Default 5184. */
  m?: number;
  /** Columns of the left and rows of the right one. Default 512. */
  k?: number;
  /** Columns of the right one. Default 512. */
  n?: number;
  /** How many such products in one operation. Default 1. */
  batch?: number;
  /** What multiplies. Default `tf.matMul`; `compile((a, b) => tf.matMul(a, b))` measures XLA's product. */
  multiply?: (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;
  /** How long to measure, in seconds. At least three rounds are made. Default 1. */
  seconds?: number;
}

export interface MatmulSpeed {
  /** Median over the rounds, in 10^9 floating-point operations a second; a product counts 2mkn. */
  gflops: number;
  /** Of the fastest round. */
  bestGflops: number;
  /** Products made. */
  products: number;
}

/**
 * Measures how fast the current backend multiplies float32 matrices `[m, k]` and `[k, n]`: the yardstick for anything that is
 * mostly matrix products.
 *
 * @example
 * ```ts
 * import { matmulSpeed, selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const { gflops } = matmulSpeed({ m: 256, k: 256, n: 256, seconds: 0.2 });
 * console.log(`${gflops.toFixed(1)} GFLOP/s`);
 * ```
 */
export function matmulSpeed(options: MatmulSpeedOptions = {}): MatmulSpeed {
  const { m = 5184, k = 512, n = 512, batch = 1, seconds = 1 } = options;
  const multiply = options.multiply ?? ((a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b));
  for (const [name, value] of Object.entries({ m, k, n, batch })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`matmulSpeed: ${name} is ${value}, expected a whole number from 1`);
  }
  const fill = (rows: number, columns: number) =>
    tf.tidy(() => tf.reshape(tf.sin(tf.range(0, batch * rows * columns)), [batch, rows, columns]));
  const [left, right] = [fill(m, k), fill(k, n)];
  const operations = 2 * batch * m * k * n;

  /** Seconds that so many products take, up to where the last one's values are there: a GPU works on after the call. */
  const time = (products: number) => {
    const started = performance.now();
    for (let i = 1; i < products; i++) multiply(left, right).dispose();
    tf.tidy(() => tf.slice(multiply(left, right), [0, 0, 0], [1, 1, 1]).dataSync());
    return (performance.now() - started) / 1000;
  };
  time(1);
  // Rounds of some 20 ms, so that the clock's grain and a single interruption weigh little.
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
