import { chmodSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findNativeInstallation } from '../src/native/native-cache';
import { nativeTarget } from '../src/native/native-target';
import { selectBackend } from '../src/backend/select-backend';
import { fakeInstallation } from './fake-installation';
import { temporaryFolder } from './fake-programs';

/** A cache with an installation whose addon package is the given code. */
function cacheWith(code: string): string {
  const cache = temporaryFolder();
  const silent = 'exports.hold = exports.release = () => {};';
  const main = 'node_modules/@tensorflow/tfjs-node-gpu/index.js';
  fakeInstallation(cache, { 'package.json': '{}', 'hold_stderr.node': silent, [main]: code });
  return cache;
}

const folderIn = (cache: string) => join(cache, 'native', nativeTarget('cpu').key);

const works = () => expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11]);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// These tests run first, because a process cannot unload native TensorFlow.
describe('selectBackend without native TensorFlow', () => {
  it('selects WebAssembly, and says why and how to get native speed', async () => {
    const selected = await selectBackend({ cache: temporaryFolder() });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toMatch(/WebAssembly: native TensorFlow is not set up/);
    expect(selected.hint).toMatch(/hrm setup.*pip.*compiler/);
    expect(selected.why + selected.hint).not.toContain('\n');
    expect(tf.getBackend()).toBe('wasm');
    works();
  });

  it('selects plain JavaScript on request, without its banner', async () => {
    const warn = vi.spyOn(console, 'warn');
    expect(await selectBackend({ prefer: 'cpu' })).toMatchObject({ name: 'cpu', device: 'CPU' });
    works();
    expect(warn).not.toHaveBeenCalled();
  });

  it('switches back and moves tensors', async () => {
    await selectBackend({ prefer: 'cpu' });
    const x = tf.tensor2d([[1, 2]]);
    expect((await selectBackend({ prefer: 'wasm' })).hint).toBeUndefined();
    expect([...tf.add(x, 1).dataSync()]).toEqual([2, 3]);
  });

  it('fails if native is requested, and says how to get it', async () => {
    await expect(selectBackend({ prefer: 'native', cache: temporaryFolder() })).rejects.toThrow(
      /not set up: run `hrm setup`/,
    );
  });

  it('reads the preference from the option, else from HRM_BACKEND', async () => {
    vi.stubEnv('HRM_BACKEND', 'cpu');
    expect((await selectBackend()).name).toBe('cpu');
    expect((await selectBackend({ prefer: 'wasm' })).name).toBe('wasm');
    vi.stubEnv('HRM_BACKEND', 'gpu');
    await expect(selectBackend()).rejects.toThrow(
      /no backend 'gpu': expected 'native', 'webgpu', 'wasm' or 'cpu' .* For a GPU: 'native' uses .* CUDA, 'webgpu' uses any/,
    );
  });

  it('falls back from an installation that does not load, and names its folder', async () => {
    const cache = cacheWith('throw new Error("libfoo.so.2: wrong ELF class")');
    const selected = await selectBackend({ cache });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toContain(cache);
    expect(selected.why).not.toContain('\n');
    await expect(selectBackend({ prefer: 'native', cache })).rejects.toThrow(/cannot be loaded.*delete that folder/);
  });

  it('names the damaged file of one that does not load', async () => {
    const cache = cacheWith('throw new Error("invalid ELF header")');
    const addon = join(folderIn(cache), 'hold_stderr.node');
    const { atime, mtime } = statSync(addon);
    writeFileSync(addon, 'exports.hold = exports.release = () => [];');
    utimesSync(addon, atime, mtime);
    await expect(selectBackend({ prefer: 'native', cache })).rejects.toThrow(
      /is damaged \(hold_stderr.node has changed.*run `hrm setup`/,
    );
  });

  it('executes nothing of a cache that others can write, and says how to fix it', async () => {
    const cache = cacheWith('globalThis.hrmTestExecuted = true; throw new Error("executed")');
    chmodSync(folderIn(cache), 0o777);
    const selected = await selectBackend({ cache });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toContain('can be written by other users');
    await expect(selectBackend({ prefer: 'native', cache })).rejects.toThrow(/chmod -R go-w/);
    expect(globalThis).not.toHaveProperty('hrmTestExecuted');
  });
});

describe('selectBackend where native TensorFlow may be set up', () => {
  it('selects it if it is set up, else WebAssembly', async () => {
    const installation = findNativeInstallation();
    const selected = await selectBackend();
    if (installation) {
      expect(selected).toMatchObject({
        name: 'tensorflow',
        why: expect.stringMatching(/^TensorFlow 2\.21\.0 on the [CG]PU(; WebGPU .*)?$/) as string,
      });
      expect(selected.hint).toBeUndefined();
    } else {
      expect(selected).toMatchObject({ name: 'wasm', why: expect.stringContaining('not set up') as string });
    }
    works();
  });

  it('shares its engine with the program: gradients, tidy and memory', async () => {
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
