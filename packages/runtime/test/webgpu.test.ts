import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../src/backend/select-backend';
import { useSoftwareGpu } from './software-gpu';

const memory = () => tf.memory() as ReturnType<typeof tf.memory> & Record<string, number>;

/** More bytes than SwiftShader gives to one tensor, and so many that its shape is known to be the reason. */
const TOO_LARGE: [number, number] = [20_000, 20_000];

describe.skipIf(!(await useSoftwareGpu('WebGPU')))('WebGPU on SwiftShader', () => {
  beforeAll(async () => {
    expect(await selectBackend({ prefer: 'webgpu' })).toMatchObject({ name: 'webgpu', device: 'CPU' });
    await tf.ones([2000]).data();
  });

  it('reads values in the call, and later', async () => {
    const x = tf.add(tf.range(0, 3000), 1);
    expect(x.dataSync().slice(0, 3)).toEqual(Float32Array.of(1, 2, 3));
    const y = tf.cast(tf.greater(x, 2), 'int32');
    expect([...y.dataSync().slice(0, 4)]).toEqual([0, 0, 1, 1]);
    const z = tf.mul(x, 2);
    const [later] = await Promise.all([z.data(), new Promise((resolve) => setImmediate(resolve))]);
    expect(later.at(-1)).toBe(6000);
    tf.dispose([x, y, z]);
  });

  it('throws where the GPU has not enough memory, frees what it had made, and computes on', async () => {
    const x = tf.add(tf.ones([2000, 1]), 1);
    await x.data();
    const before = memory();
    for (let i = 0; i < 3; i++) {
      expect(() => tf.tidy(() => tf.mul(tf.zeros(TOO_LARGE), 2))).toThrow(/not enough memory.*smaller batch/);
      expect(() => tf.tidy(() => tf.matMul(tf.ones([20_000, 1]), tf.ones([1, 20_000])))).toThrow(/not enough memory/);
    }
    expect(() => tf.tidy(() => tf.tile(x, [1, 200_000]))).toThrow(/not enough memory/);
    const squares = tf.square(x);
    expect((await squares.data())[1]).toBe(4);
    squares.dispose();
    await tf.tidy(() => tf.ones([2])).data();
    expect(memory().numTensors - 1).toBe(before.numTensors);
    expect(memory().numBytesInGPU).toBe(before.numBytesInGPU);
  });

  it('does not keep the buffers of every size that it has used', async () => {
    const before = memory()['numBytesAllocatedInGPU']!;
    for (let size = 8e6; size < 8.02e6; size += 1e3) {
      const first = tf.tidy(() => tf.slice(tf.tensor1d(new Float32Array(size)), 0, 1));
      await first.data();
      first.dispose();
    }
    expect(memory()['numBytesAllocatedInGPU']! - before).toBeLessThan(400e6);
  });
});
