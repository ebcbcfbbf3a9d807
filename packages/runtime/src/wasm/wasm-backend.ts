import * as tf from '@tensorflow/tfjs-core';

/** A tensor in the WebAssembly backend's heap: its number and its start in bytes. */
export interface WasmTensor {
  id: number;
  memoryOffset: number;
}

/** The parts of the 'wasm' backend that this package uses. */
export interface WasmBackend {
  wasm: {
    /** Views of the whole heap. They are replaced when it grows, so read them after the last allocation. */
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
  /** Adds a tensor that shares these values. */
  incRef(dataId: object): void;
  disposeData(dataId: object): void;
}

/** The WebAssembly backend, if it is the current one and has the parts that this package uses. */
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

/** Whether a tensor's values are in the heap, contiguously. Strings are not. */
export function liesInHeap({ dtype }: tf.TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/**
 * The heap as an array of a type's elements, and the start of tensors in it. Four-byte numbers appear as integers, so
 * that copying keeps every bit. Valid until the next allocation.
 */
export function heapOf(backend: WasmBackend, dtype: tf.DataType) {
  const heap = dtype === 'bool' ? backend.wasm.HEAPU8 : backend.wasm.HEAP32;
  return {
    heap,
    start: ({ dataId }: tf.TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset / heap.BYTES_PER_ELEMENT,
  };
}

/** The longest run that a loop copies faster than `copyWithin`. */
const SHORT_RUN = 12;

/** Copies a run of elements inside the heap. */
export function copyRun(heap: Uint8Array | Int32Array, from: number, to: number, length: number): void {
  if (length > SHORT_RUN) heap.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) heap[to + i] = heap[from + i]!;
}
