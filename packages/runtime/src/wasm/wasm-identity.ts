import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/**
 * The WebAssembly kernel of clone. Both tensors share the values, as on all other backends. The backend's own kernel
 * copies them.
 */
export const wasmIdentity: tf.KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = (inputs as { x: tf.TensorInfo }).x;
  (backend as WasmBackend).incRef(dataId);
  return { dataId, shape, dtype };
};
