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

  it('adds up large tensors and multiplies large matrices as plain JavaScript does', async () => {
    const wave = (size: number) => tf.tensor1d(Float32Array.from({ length: size }, (_, i) => Math.sin(i)));
    const compute = () =>
      tf.tidy(() => {
        const [a, b] = [tf.reshape(wave(1024 * 256), [1024, 256]), tf.reshape(wave(256 * 512), [256, 512])];
        return [
          tf.sum(tf.square(wave(70_001))),
          tf.sum(tf.reshape(wave(1 << 16), [4, -1]), [0, 1], true),
          // In plain JavaScript only the part that is compared, because the whole takes long.
          tf.getBackend() === 'cpu'
            ? tf.matMul(tf.slice(a, 1000), tf.slice(b, [0, 500]))
            : tf.slice(tf.matMul(a, b), [1000, 500]),
        ];
      });
    const results = compute();
    const values = await Promise.all(results.map((tensor) => tensor.data()));
    const shapes = results.map(({ shape }) => shape);
    tf.dispose(results);
    await selectBackend({ prefer: 'cpu' });
    compute().forEach((expected, i) => {
      expect(shapes[i]).toEqual(expected.shape);
      expected.dataSync().forEach((value, j) => {
        expect(Math.abs(Number(values[i]![j]) - value)).toBeLessThan(1e-4 * (1 + Math.abs(value)));
      });
    });
    await selectBackend({ prefer: 'webgpu' });
  });

  it('throws where the GPU has not enough memory, frees what it had made, and computes on', async () => {
    const x = tf.add(tf.ones([2000, 1]), 1);
    /** Waits for all operations. Only then are their buffers free. */
    const settle = async () => {
      const last = tf.tidy(() => tf.add(tf.ones([2000]), 1));
      await last.data();
      last.dispose();
    };
    await x.data();
    await settle();
    const before = memory();
    for (let i = 0; i < 3; i++) {
      expect(() => tf.tidy(() => tf.mul(tf.zeros(TOO_LARGE), 2))).toThrow(/not enough memory.*smaller batch/);
      expect(() => tf.tidy(() => tf.matMul(tf.ones([20_000, 1]), tf.ones([1, 20_000])))).toThrow(/not enough memory/);
    }
    expect(() => tf.tidy(() => tf.tile(x, [1, 200_000]))).toThrow(/not enough memory/);
    const squares = tf.square(x);
    expect((await squares.data())[1]).toBe(4);
    squares.dispose();
    await settle();
    await settle();
    expect(memory().numTensors).toBe(before.numTensors);
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
