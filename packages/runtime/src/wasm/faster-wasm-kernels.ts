import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import { currentWasmBackend } from './wasm-backend';
import { wasmBatchMatMul } from './wasm-batch-mat-mul';
import { wasmConcat } from './wasm-concat';
import { wasmIdentity } from './wasm-identity';
import { wasmSlice, wasmSplit } from './wasm-slice';
import { wasmTile } from './wasm-tile';

/**
 * Puts faster kernels in place of six of TensorFlow.js's WebAssembly backend: products of batches of matrices or of transposed
 * ones (7 times faster at the size of attention), slices and splits, joining, tiling, by which values are broadcast, and clones.
 * Products are the same but for rounding, the others to the bit. Runs in Node and in browsers; `selectBackend` does it by
 * itself. Wait for the backend first; calling this again does nothing.
 *
 * @returns whether the kernels are in place: not where another version of the backend is built differently inside.
 * @throws Error when WebAssembly is not the current backend.
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
