import * as tf from '@tensorflow/tfjs-core';
import { compile, selectBackend } from '@hrm/runtime';
import { describe, expect, it } from 'vitest';
import { atan2RightHalfPlane } from '@hrm/trainer/internal';
import { isNativeSetUp } from './native';

/**
 * Points in all directions of the right half-plane and on its axes, with lengths that are normal numbers in float32.
 */
function points(): { y: Float32Array; x: Float32Array } {
  const sizes = [1e-30, 1e-20, 1e-5, 1, 1e5, 1e20, 1e38];
  const pairs: [number, number][] = [[0, 0]];
  for (const size of sizes) {
    for (let i = 0; i <= 2000; i++) {
      const angle = ((i - 1000) / 1000) * (Math.PI / 2);
      pairs.push([size * Math.sin(angle), Math.max(0, size * Math.cos(angle))]);
    }
    for (const other of sizes) pairs.push([size, other], [-other, size], [size, 0], [0, other]);
  }
  return { y: Float32Array.from(pairs, ([y]) => y), x: Float32Array.from(pairs, ([, x]) => x) };
}

describe.skipIf(!isNativeSetUp)('the arc tangent of AdamATan2 on native TensorFlow', () => {
  it.each(['eager', 'graph', 'xla'] as const)('is that of the C library within float32 rounding, %s', async (mode) => {
    await selectBackend({ prefer: 'native' });
    const { y, x } = points();
    const f = compile(atan2RightHalfPlane, { mode });
    const angles = tf.tidy(() => f(tf.tensor1d(y), tf.tensor1d(x)).dataSync());
    f.dispose();
    let worst = 0;
    angles.forEach((angle, i) => {
      const exact = Math.atan2(y[i]!, x[i]!);
      // Subnormal numbers of float32 are flushed to 0.
      const error = Math.abs(exact) < 1.2e-38 ? Math.abs(angle) : Math.abs(angle - exact) / Math.abs(exact);
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    });
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(3e-7);
    expect(angles[0]).toBe(0);
  });
});
