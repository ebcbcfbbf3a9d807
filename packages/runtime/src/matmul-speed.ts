import * as tf from '@tensorflow/tfjs-core';

/** Sizes of the product to time. */
export interface MatmulSpeedOptions {
  /** Rows of the left matrix, `[m, k]`. Default 4096. */
  m?: number;
  /** Columns of the left matrix, rows of the right, `[k, n]`. Default 512. */
  k?: number;
  /** Columns of the right matrix. Default 512. */
  n?: number;
  /** How long to repeat it, after a warm-up. Default 1. */
  seconds?: number;
}

/** How fast the current backend multiplies matrices: the yardstick for what a model could reach on it. */
export interface MatmulSpeed {
  /** 10^9 floating-point operations a second, at the median of the repetitions. */
  gflops: number;
  repetitions: number;
}

/**
 * Times float32 matrix products on the current backend.
 *
 * @example
 * ```ts
 * import { matmulSpeed, selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const { gflops } = await matmulSpeed({ m: 256, k: 256, n: 256, seconds: 0.1 });
 * console.log(`${gflops.toFixed(0)} GFLOP/s`);
 * ```
 */
export async function matmulSpeed(options: MatmulSpeedOptions = {}): Promise<MatmulSpeed> {
  const { m = 4096, k = 512, n = 512, seconds = 1 } = options;
  const left = tf.fill([m, k], 0.5);
  const right = tf.fill([k, n], 0.5);
  const once = async () => {
    const started = performance.now();
    const product = tf.matMul(left, right);
    // Reading one element waits for the whole product on every backend, and copies next to nothing.
    const corner = tf.slice(product, [0, 0], [1, 1]);
    await corner.data();
    const elapsed = (performance.now() - started) / 1000;
    tf.dispose([product, corner]);
    return elapsed;
  };
  await once();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  do times.push(await once());
  while (performance.now() < end);
  tf.dispose([left, right]);
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  return { gflops: (2 * m * k * n) / median / 1e9, repetitions: times.length };
}
