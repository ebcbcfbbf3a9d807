import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * The kernel that clones a tensor on WebAssembly: both share the values, as on every other backend and as in a reshape on this
 * one. The backend's own copies them.
 */
export const wasmIdentity: tf.KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = (inputs as { x: tf.TensorInfo }).x;
  (backend as WasmBackend).incRef(dataId);
  return { dataId, shape, dtype };
};
