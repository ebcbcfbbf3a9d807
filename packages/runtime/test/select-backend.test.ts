import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findNativeInstallation } from '../src/native-cache';
import { nativeTarget } from '../src/native-target';
import { selectBackend } from '../src/select-backend';
import { temporaryFolder } from './fake-programs';

/** An installation whose addon package is the given code. */
function fakeInstallation(code: string): string {
  const cache = temporaryFolder();
  const { key } = nativeTarget('cpu');
  const folder = join(cache, 'native', key);
  const main = join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'index.js');
  mkdirSync(dirname(main), { recursive: true });
  writeFileSync(main, code);
  const manifest = {
    key,
    accelerator: 'cpu',
    tensorflow: '2.21.0',
    tfjs: '4.22.0',
    bytes: 0,
    setupSeconds: 0,
    files: {},
  };
  writeFileSync(join(folder, 'complete.json'), JSON.stringify(manifest));
  return cache;
}

const works = () => expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11]);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// In this order: once native TensorFlow is loaded, a process keeps it.
describe('selectBackend without native TensorFlow', () => {
  it('takes WebAssembly, says why, and how to get the native speed', async () => {
    const selected = await selectBackend({ cache: temporaryFolder() });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toMatch(/WebAssembly: native TensorFlow is not set up/);
    expect(selected.hint).toMatch(/hrm setup.*pip.*compiler/);
    expect(selected.why + selected.hint).not.toContain('\n');
    expect(tf.getBackend()).toBe('wasm');
    works();
  });

  it('takes plain JavaScript when asked to, without its banner', async () => {
    const warn = vi.spyOn(console, 'warn');
    expect(await selectBackend({ prefer: 'cpu' })).toMatchObject({ name: 'cpu', device: 'CPU' });
    works();
    expect(warn).not.toHaveBeenCalled();
  });

  it('changes back, and moves tensors along', async () => {
    await selectBackend({ prefer: 'cpu' });
    const x = tf.tensor2d([[1, 2]]);
    expect((await selectBackend({ prefer: 'wasm' })).hint).toBeUndefined();
    expect([...tf.add(x, 1).dataSync()]).toEqual([2, 3]);
  });

  it('fails when native is asked for, and says how to get it', async () => {
    await expect(selectBackend({ prefer: 'native', cache: temporaryFolder() })).rejects.toThrow(
      /not set up: run `hrm setup`/,
    );
  });

  it('takes its preference from HRM_BACKEND, and an option before that', async () => {
    vi.stubEnv('HRM_BACKEND', 'cpu');
    expect((await selectBackend()).name).toBe('cpu');
    expect((await selectBackend({ prefer: 'wasm' })).name).toBe('wasm');
    vi.stubEnv('HRM_BACKEND', 'gpu');
    await expect(selectBackend()).rejects.toThrow(/no backend 'gpu': expected 'native', 'wasm' or 'cpu'/);
  });

  it('falls back from an installation that does not load, naming its folder', async () => {
    const cache = fakeInstallation('throw new Error("libfoo.so.2: wrong ELF class")');
    const selected = await selectBackend({ cache });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toContain(cache);
    expect(selected.why).not.toContain('\n');
    await expect(selectBackend({ prefer: 'native', cache })).rejects.toThrow(/cannot be loaded.*delete that folder/);
  });
});

describe('selectBackend where native TensorFlow may be set up', () => {
  it('takes it where it is, and WebAssembly where it is not', async () => {
    const installation = findNativeInstallation();
    const selected = await selectBackend();
    if (installation) {
      expect(selected).toMatchObject({ name: 'tensorflow', why: `TensorFlow 2.21.0 on the ${selected.device}` });
      expect(selected.hint).toBeUndefined();
    } else {
      expect(selected).toMatchObject({ name: 'wasm', why: expect.stringContaining('not set up') as string });
    }
    works();
  });

  it('shares its engine with the program: gradients, tidy and memory are one', async () => {
    await selectBackend();
    const before = tf.memory().numTensors;
    const gradient = tf.tidy(() => [
      ...tf
        .grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, 2]))
        .dataSync(),
    ]);
    expect(gradient).toEqual([2, 4]);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.zeros([1])).toBeInstanceOf(tf.Tensor);
  });
});
