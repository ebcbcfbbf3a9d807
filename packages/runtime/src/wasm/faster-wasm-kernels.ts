import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import { currentWasmBackend } from './wasm-backend';
import { wasmBatchMatMul } from './wasm-batch-mat-mul';
import { wasmConcat } from './wasm-concat';
import { wasmIdentity } from './wasm-identity';
import { wasmSlice, wasmSplit } from './wasm-slice';
import { wasmTile } from './wasm-tile';

/**
 * Replaces six kernels of TensorFlow.js's WebAssembly backend by faster ones: matrix products of batches or transposed
 * matrices (7 times faster at the size of attention), slice, split, concat, tile (also used for broadcasting) and
 * clone. Products differ only by rounding, the others not at all.
 *
 * Works in Node and in browsers. `selectBackend` calls it. Otherwise call it after `tf.ready()`. A second call does
 * nothing.
 *
 * @returns whether the kernels were replaced. False for a version of the backend with other internals.
 * @throws Error if WebAssembly is not the current backend.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { selectBackend } from '@hrm/runtime';
 * import { useFasterWasmKernels } from '@hrm/runtime/faster-wasm-kernels';
 *
 * await selectBackend({ prefer: 'wasm' }); // in a browser: await tf.setBackend('wasm'); await tf.ready();
 * console.log(useFasterWasmKernels()); // true
 * console.log(tf.matMul(tf.ones([64, 8, 4]), tf.ones([64, 4, 8])).shape); // [64, 8, 8]
 * ```
 */
export function useFasterWasmKernels(): boolean {
  if (tf.getBackend() !== 'wasm') {
    throw new Error(
      `useFasterWasmKernels: the backend is '${tf.getBackend()}'; call \`await tf.setBackend('wasm')\` before`,
    );
  }
  if (!currentWasmBackend()) return false;
  const kernel = (name: string) => tf.getKernel(name, 'wasm').kernelFunc;
  if (kernel('Identity') === wasmIdentity) return true;
  const slice = wasmSlice(kernel('Slice'));
  const kernels = {
    BatchMatMul: wasmBatchMatMul(kernel('BatchMatMul')),
    Slice: slice,
    SplitV: wasmSplit(slice),
    Concat: wasmConcat(kernel('Concat')),
    Tile: wasmTile(kernel('Tile')),
    Identity: wasmIdentity,
  };
  for (const [name, kernelFunc] of Object.entries(kernels)) replaceKernel(name, 'wasm', kernelFunc);
  return true;
}
