import * as tf from '@tensorflow/tfjs-core';
import type { GpuDevice } from './webgpu-adapter';

/** The parts of a `GPUBuffer` that this package uses. */
export interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** The values of a tensor: in JavaScript (`values`), on the GPU (`resource`), or both. */
export interface WebGpuTensor {
  dtype: tf.DataType;
  values: tf.backend_util.BackendValues | null;
  resource: GpuBuffer | null;
  refCount: number;
}

/** The sizes and numbers that a program reads besides tensors. */
export type UniformValues = readonly { type: string; data: readonly number[] }[];

type AnyFunction = (...args: never[]) => unknown;

/** The parts of the 'webgpu' backend that this package uses. */
export interface WebGpuBackend {
  device: GpuDevice;
  bufferManager: {
    numBytesUsed: number;
    numBytesAllocated: number;
    numUsedBuffers: number;
    numFreeBuffers: number;
    usedBuffers: Map<string, GpuBuffer[]>;
    freeBuffers: Map<string, GpuBuffer[]>;
    acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer, reuse?: boolean): void;
  };
  tensorMap: { get(dataId: object): WebGpuTensor; has(dataId: object): boolean };
  commandEncoder: { copyBufferToBuffer(from: GpuBuffer, at: number, to: GpuBuffer, at2: number, size: number): void };
  uniformPendingDisposal: GpuBuffer[];
  uploadToGPU(dataId: object): void;
  makeUniforms(uniforms: UniformValues): { offset: number; size: number; buffer: GpuBuffer };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, values: tf.backend_util.BackendValues): tf.backend_util.BackendValues;
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  write(...args: never[]): { id: number };
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  read(dataId: object): Promise<tf.backend_util.BackendValues>;
  readSync(dataId: object): tf.backend_util.BackendValues;
  getBufferData(buffer: GpuBuffer): Promise<ArrayBuffer>;
  runWebGPUProgram(...args: unknown[]): tf.TensorInfo;
}

const METHODS = [
  'uploadToGPU',
  'makeUniforms',
  'ensureCommandEncoderReady',
  'endComputePassEncoder',
  'submitQueue',
  'convertAndCacheOnCPU',
  'write',
  'incRef',
  'disposeData',
  'read',
  'readSync',
  'getBufferData',
  'runWebGPUProgram',
] as const satisfies readonly (keyof WebGpuBackend)[];

/** The current WebGPU backend, if it has the parts that this package uses. */
export function currentWebGpuBackend(): WebGpuBackend | undefined {
  if (tf.getBackend() !== 'webgpu') return undefined;
  const backend = tf.backend() as unknown as Partial<WebGpuBackend>;
  const manager = backend.bufferManager as Partial<WebGpuBackend['bufferManager']> | undefined;
  const isKnown =
    METHODS.every((name) => typeof (backend[name] as AnyFunction | undefined) === 'function') &&
    manager?.freeBuffers instanceof Map &&
    manager.usedBuffers instanceof Map &&
    Array.isArray(backend.uniformPendingDisposal) &&
    typeof manager.acquireBuffer === 'function' &&
    typeof backend.device?.addEventListener === 'function' &&
    typeof backend.tensorMap?.get === 'function';
  return isKnown ? (backend as WebGpuBackend) : undefined;
}
