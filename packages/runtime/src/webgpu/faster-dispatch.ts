import * as tf from '@tensorflow/tfjs-core';
import type { GpuBuffer, UniformValues, WebGpuBackend } from './webgpu-backend';

/** The most uniform buffers that are kept. Each has about 100 bytes. */
const MOST_UNIFORMS = 8192;
/** Operations that are submitted together. TensorFlow.js has 15; a submission takes as long as several operations. */
const BATCH = 48;
/** Of WebGPU's `GPUBufferUsage`: STORAGE, COPY_SRC and COPY_DST. */
const TENSOR_USAGE = 128 | 4 | 8;

/**
 * Makes each operation cheaper for the processor, which is what a small model waits for. Changes no result.
 *
 * - Values are uploaded through the queue. TensorFlow.js makes and destroys a buffer for each scalar.
 * - The sizes that a program reads, its uniforms, are uploaded once for each content, not with each operation.
 * - The layout of a program's tensors is asked for once.
 * - More operations are submitted together.
 */
export function makeDispatchFaster(backend: WebGpuBackend): void {
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', BATCH);
  uploadThroughQueue(backend);
  keepUniforms(backend);
  keepLayouts();
}

function uploadThroughQueue(backend: WebGpuBackend): void {
  const original = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const tensor = backend.tensorMap.get(dataId);
    const bytes = tensor.resource ? undefined : gpuValues(tensor.values, tensor.dtype);
    if (!bytes) return original(dataId);
    const buffer = backend.bufferManager.acquireBuffer(bytes.byteLength, TENSOR_USAGE);
    // A free buffer belongs to no operation that waits for submission, so this comes before all that will use it.
    backend.device.queue.writeBuffer(buffer, 0, bytes);
    tensor.resource = buffer;
    tensor.values = null;
  };
}

/** A tensor's values as the GPU stores them; undefined for types that it cannot store so, and for no values. */
function gpuValues(given: tf.backend_util.BackendValues | null, dtype: tf.DataType) {
  if (!given || given.length === 0) return undefined;
  const values = given as unknown as ArrayLike<number>;
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype !== 'int32' && dtype !== 'bool') return undefined;
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

function keepUniforms(backend: WebGpuBackend): void {
  const { bufferManager } = backend;
  const kept = new Map<string, { offset: number; size: number; buffer: GpuBuffer }>();
  const original = backend.makeUniforms.bind(backend);
  backend.makeUniforms = (uniforms) => {
    const key = keyOf(uniforms);
    const found = kept.get(key);
    if (found || kept.size >= MOST_UNIFORMS) return found ?? original(uniforms);
    const made = original(uniforms);
    // The backend would reuse this buffer after the submission, and counts it as a tensor's.
    backend.uniformPendingDisposal.pop();
    for (const buffers of bufferManager.usedBuffers.values()) {
      if (buffers.at(-1) !== made.buffer) continue;
      buffers.pop();
      bufferManager.numUsedBuffers--;
      bufferManager.numBytesUsed -= made.buffer.size;
      bufferManager.numBytesAllocated -= made.buffer.size;
    }
    kept.set(key, made);
    return made;
  };
}

/** A pipeline of WebGPU, which asks the driver's library for its layout at each call. */
interface Pipeline {
  getBindGroupLayout(group: number): object;
}

function keepLayouts(): void {
  const { prototype } = (globalThis as unknown as { GPUComputePipeline: { prototype: Pipeline } }).GPUComputePipeline;
  const original = prototype.getBindGroupLayout;
  const layouts = new WeakMap<Pipeline, object>();
  prototype.getBindGroupLayout = function (this: Pipeline, group) {
    if (group !== 0) return original.call(this, group);
    const layout = layouts.get(this) ?? original.call(this, group);
    layouts.set(this, layout);
    return layout;
  };
}

function keyOf(uniforms: UniformValues): string {
  let key = '';
  for (const { type, data } of uniforms) {
    key += type;
    for (const value of data) key += Object.is(value, -0) ? ',-0' : `,${value}`;
  }
  return key;
}
