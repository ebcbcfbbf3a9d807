import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import type { WebGpuBackend } from './webgpu-backend';

/**
 * Turns errors of the GPU into exceptions. WebGPU reports them as events and computes on, with zeros: without this, a
 * program that needs too much memory gets wrong results. A failed operation frees what it had made, so that a program
 * can go on with less.
 */
export function reportGpuErrors(backend: WebGpuBackend): void {
  let error: Error | undefined;
  let lost: string | undefined;
  backend.device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    // The first is the cause; the others come from the objects that it left invalid.
    error ??= event.error;
  });
  void backend.device.lost.then(({ message, reason }) => (lost = message || reason || 'no reason given'));

  const check = () => {
    if (lost !== undefined)
      throw new Error(`WebGPU lost the GPU (${lost}): its tensors are gone. Start the program again.`);
    if (!error) return;
    const { message } = error;
    error = undefined;
    throw new Error(`WebGPU: ${describe(message)}`);
  };

  const { bufferManager } = backend;
  const acquireBuffer = bufferManager.acquireBuffer.bind(bufferManager);
  let mostUsed = 0;
  bufferManager.acquireBuffer = (...request) => {
    const allocated = bufferManager.numBytesAllocated;
    let buffer = acquireBuffer(...request);
    if (!error) mostUsed = Math.max(mostUsed, bufferManager.numBytesUsed);
    if (bufferManager.numBytesAllocated === allocated) return buffer;
    const unused = bufferManager.numBytesAllocated - bufferManager.numBytesUsed;
    if (!error && unused <= Math.max(MOST_UNUSED, MOST_UNUSED_RATIO * mostUsed)) return buffer;
    if (!error) mostUsed = bufferManager.numBytesUsed;
    destroyFreeBuffers(bufferManager);
    if (!error) return buffer;
    // An invalid buffer must not be used again. There is more memory now.
    bufferManager.releaseBuffer(buffer, false);
    error = undefined;
    buffer = acquireBuffer(...request);
    if (!error) return buffer;
    bufferManager.releaseBuffer(buffer, false);
    return check() as never;
  };
  for (const name of ['runWebGPUProgram', 'getBufferData'] as const) {
    const original = backend[name].bind(backend) as (...args: unknown[]) => unknown;
    const checked = (...args: unknown[]) => {
      check();
      const result = original(...args);
      if (result instanceof Promise) return result.finally(check);
      check();
      return result;
    };
    Object.assign(backend, { [name]: checked });
  }
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    check();
    const values = readSync(dataId);
    check();
    return values;
  };
  freeFailedOperations(backend);
}

/**
 * Keeps at most this many bytes of unused buffers, or this many times the bytes that were in use at once. TensorFlow.js
 * would keep all. A training step uses each of its buffers again in the next step, and making them takes long.
 */
const [MOST_UNUSED, MOST_UNUSED_RATIO] = [256e6, 3];

function destroyFreeBuffers(manager: WebGpuBackend['bufferManager']): void {
  for (const buffers of manager.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      manager.numBytesAllocated -= buffer.size;
      manager.numFreeBuffers--;
      buffer.destroy();
    }
  }
}

/** The first lines say what is wrong; the rest lists objects of WebGPU. */
function describe(message: string): string {
  const text = message.split('\n')[0]!.trim();
  const isMemory = /out of memory|OUT_OF_DEVICE_MEMORY|max buffer size|binding size/i.test(message);
  return isMemory ? `${text} The GPU has not enough memory for this: use a smaller batch or model.` : text;
}

/**
 * Makes each operation that throws release the tensors it had made, and the references it had added to others. Kernels
 * of TensorFlow.js release them only when they succeed.
 */
function freeFailedOperations(backend: WebGpuBackend): void {
  let made: Set<object> | undefined;
  let references = new Map<object, number>();
  const count = (dataId: object, change: number) => {
    if (made && !made.has(dataId)) references.set(dataId, (references.get(dataId) ?? 0) + change);
  };
  const { write, incRef, disposeData } = backend;
  backend.write = (...args) => {
    const dataId = write.apply(backend, args);
    made?.add(dataId);
    return dataId;
  };
  backend.incRef = (dataId) => {
    incRef.call(backend, dataId);
    count(dataId, 1);
  };
  backend.disposeData = (dataId, force) => {
    count(dataId, -1);
    return disposeData.call(backend, dataId, force);
  };
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('webgpu')) {
    replaceKernel(kernelName, 'webgpu', (params) => {
      if (made) return kernelFunc(params);
      made = new Set();
      references = new Map();
      try {
        return kernelFunc(params);
      } catch (error) {
        for (const dataId of made) disposeData.call(backend, dataId, true);
        for (const [dataId, added] of references)
          for (let i = 0; i < added; i++) disposeData.call(backend, dataId, false);
        throw error;
      } finally {
        made = undefined;
      }
    });
  }
}
