import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { quietly } from '../native/quietly';
import type { WebGpuModules } from './find-webgpu';
import { addSynchronousReads } from './synchronous-reads';
import { makeDispatchFaster } from './faster-dispatch';
import { useFasterWebGpuKernels } from './faster-webgpu-kernels';
import { reportGpuErrors } from './report-gpu-errors';
import { findAdapter, type Gpu, type GpuAdapter } from './webgpu-adapter';
import { currentWebGpuBackend, type WebGpuBackend } from './webgpu-backend';

/** The parts of the package `webgpu` that this package uses. */
interface WebGpuPackage {
  create(flags: string[]): Gpu;
  /** The classes and constants of WebGPU, such as `GPUBuffer`. */
  globals: Record<string, unknown>;
}

/** WebGPU as browsers have it, and as programs in Node may provide it. */
export const navigatorGpu = () => (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;

/**
 * Makes WebGPU available as in a browser, at `navigator.gpu`, unless the program has done so, and registers the backend
 * 'webgpu' of TensorFlow.js.
 *
 * @returns the GPU that it would compute with; undefined where there is none. Then nothing is registered.
 */
export async function loadWebGpu(modules: WebGpuModules | undefined): Promise<GpuAdapter | undefined> {
  if (!navigatorGpu() && modules) {
    const { create, globals } = (await import(pathToFileURL(modules.webgpu).href)) as WebGpuPackage;
    for (const [name, value] of Object.entries(globals)) if (!(name in globalThis)) define(globalThis, name, value);
    // Node 20 has no navigator.
    if (!('navigator' in globalThis)) define(globalThis, 'navigator', {});
    define(navigator, 'gpu', create([]));
  }
  const adapter = await findAdapter(navigatorGpu());
  if (adapter && modules && !tf.findBackendFactory('webgpu'))
    quietly(() => void createRequire(modules.backend)(modules.backend));
  return adapter;
}

const define = (target: object, name: string, value: unknown) =>
  Object.defineProperty(target, name, { value, configurable: true, writable: true });

const prepared = new WeakSet<WebGpuBackend>();

/** Prepares the started backend: errors of the GPU become exceptions, and `dataSync` works. A second call does nothing. */
export async function prepareWebGpu(): Promise<void> {
  const backend = currentWebGpuBackend();
  if (!backend || prepared.has(backend)) return;
  prepared.add(backend);
  await addSynchronousReads(backend);
  makeDispatchFaster(backend);
  useFasterWebGpuKernels(backend);
  reportGpuErrors(backend);
}
