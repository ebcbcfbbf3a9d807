import * as tf from '@tensorflow/tfjs-core';

/** A tensor in the WebAssembly backend's heap: its number there and, in bytes, where it starts. */
export interface WasmTensor {
  id: number;
  memoryOffset: number;
}

/** The 'wasm' backend, as far as this package reaches into it. */
export interface WasmBackend {
  wasm: {
    /** Views of the whole heap. They are replaced when it grows: take them after the last allocation. */
    HEAPU8: Uint8Array;
    HEAP32: Int32Array;
    _malloc(bytes: number): number;
    _free(offset: number): void;
    _BatchMatMul(...numbers: number[]): void;
    tfjs: { registerTensor(id: number, elements: number, offset: number): void; disposeData(id: number): void };
  };
  dataIdMap: { get(dataId: object): WasmTensor };
  dataIdNextNumber: number;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** Counts one more tensor that shares these values. */
  incRef(dataId: object): void;
  disposeData(dataId: object): void;
}

/** The WebAssembly backend if it is the current one, and has inside what is reached for. */
export function currentWasmBackend(): WasmBackend | undefined {
  if (tf.getBackend() !== 'wasm') return undefined;
  const backend = tf.backend() as Partial<WasmBackend>;
  const { wasm } = backend;
  const isKnown =
    typeof wasm?._BatchMatMul === 'function' &&
    typeof wasm._malloc === 'function' &&
    typeof wasm._free === 'function' &&
    typeof wasm.tfjs?.registerTensor === 'function' &&
    typeof wasm.tfjs.disposeData === 'function' &&
    wasm.HEAP32 instanceof Int32Array &&
    wasm.HEAPU8 instanceof Uint8Array &&
    typeof backend.dataIdNextNumber === 'number' &&
    typeof backend.makeOutput === 'function' &&
    typeof backend.dataIdMap?.get === 'function';
  return isKnown ? (backend as WasmBackend) : undefined;
}

/** Whether a tensor's values lie in the heap, one after the other: those of strings do not. */
export function liesInHeap({ dtype }: tf.TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/**
 * The heap in units of a type's elements, and where tensors of that type start in it. Numbers of four bytes appear as integers,
 * so that copying keeps every bit of them. Valid until the next allocation.
 */
export function heapOf(backend: WasmBackend, dtype: tf.DataType) {
  const heap = dtype === 'bool' ? backend.wasm.HEAPU8 : backend.wasm.HEAP32;
  return {
    heap,
    start: ({ dataId }: tf.TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset / heap.BYTES_PER_ELEMENT,
  };
}

/** Up to so many numbers are copied by a loop sooner than by a call. */
const SHORT_RUN = 12;

/** Copies a run of a heap's elements to another place in it. */
export function copyRun(heap: Uint8Array | Int32Array, from: number, to: number, length: number): void {
  if (length > SHORT_RUN) heap.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) heap[to + i] = heap[from + i]!;
}
