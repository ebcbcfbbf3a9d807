import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './webgpu-backend';

/** Constants of WebGPU's `GPUBufferUsage` and `GPUMapMode`. */
const [MAP_READ, COPY_DST, MODE_READ] = [1, 8, 1];

/**
 * Gives the backend a `readSync`, for `tensor.dataSync()`, which TensorFlow.js has in browsers only. It waits in the
 * call, so `await tensor.data()` is better where a program can wait.
 *
 * The package `webgpu` reports finished work from a function that it passes to `setImmediate`. This catches that
 * function once, and later calls it until the copy has arrived.
 *
 * @returns whether it could. False for a version of `webgpu` that reports in another way: then `readSync` throws.
 */
export async function addSynchronousReads(backend: WebGpuBackend): Promise<boolean> {
  const report = await catchReport(backend);
  backend.readSync = (dataId) => {
    const { values, dtype, resource } = backend.tensorMap.get(dataId);
    if (values !== null && values !== undefined) return values;
    if (!report || dtype === 'complex64' || !resource) {
      throw new Error(
        `WebGPU cannot read values at once (dataSync) ${report ? 'of complex tensors' : 'with this version of the package webgpu'}: use \`await tensor.data()\`.`,
      );
    }
    const { size } = resource;
    const copy = backend.bufferManager.acquireBuffer(size, COPY_DST | MAP_READ);
    try {
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.commandEncoder.copyBufferToBuffer(resource, 0, copy, 0, size);
      backend.submitQueue();
      // A failure shows in the state below, and is reported by the device.
      void copy.mapAsync(MODE_READ).catch(() => {});
      waitFor(() => copy.mapState !== 'pending', report);
      if (copy.mapState !== 'mapped') throw new Error('WebGPU: the values could not be read');
      const bytes = copy.getMappedRange().slice(0);
      copy.unmap();
      return backend.convertAndCacheOnCPU(
        dataId,
        tf.util.convertBackendValuesAndArrayBuffer(bytes, dtype) as tf.backend_util.BackendValues,
      );
    } finally {
      backend.bufferManager.releaseBuffer(copy);
    }
  };
  return report !== undefined;
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Calls `report` until something has happened. */
function waitFor(hasHappened: () => boolean, report: () => void): void {
  const { setImmediate: real } = globalThis;
  // While more work is under way, each report passes a function for the next one. Only the last is needed afterwards.
  let next: (() => void) | undefined;
  globalThis.setImmediate = ((f: () => void) => (next = f)) as unknown as typeof real;
  try {
    for (let calls = 0; !hasHappened(); calls++) {
      next = undefined;
      report();
      if (calls > 20) Atomics.wait(pause, 0, 0, 0.05);
    }
  } finally {
    globalThis.setImmediate = real;
    if (next) real(next);
  }
}

/** The function that reports finished work, or undefined. */
async function catchReport(backend: WebGpuBackend): Promise<(() => void) | undefined> {
  const { setImmediate: real } = globalThis;
  for (let attempt = 0; attempt < 5; attempt++) {
    // An earlier report may still be due; until then no other is passed.
    await new Promise((resolve) => real(resolve));
    let caught: (() => void) | undefined;
    const catching = (f: () => void) => {
      caught ??= f;
      return real(f);
    };
    globalThis.setImmediate = catching as typeof real;
    let work: Promise<unknown>;
    try {
      work = backend.device.queue.onSubmittedWorkDone();
    } finally {
      globalThis.setImmediate = real;
    }
    await work;
    if (caught) return caught;
  }
  return undefined;
}
