import * as tf from '@tensorflow/tfjs-core';
import { use, type SelectBackendOptions, type WasmFile } from '../backend/backend-choice';
import { useFasterWasmKernels } from '../wasm/faster-wasm-kernels';

/**
 * Switches to WebAssembly.
 *
 * @param paths as `wasmPaths` of `selectBackend`. Has no effect if the program has started the backend itself.
 * @returns the number of threads.
 */
export async function selectWasm(paths: SelectBackendOptions['wasmPaths'] = ownCopies()): Promise<number> {
  const isFirst = !tf.findBackendFactory('wasm');
  const { getThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (isFirst) setWasmPaths(paths);
  const isThreaded = (await hasFeature('WASM_HAS_MULTITHREAD_SUPPORT')) && (await hasFeature('WASM_HAS_SIMD_SUPPORT'));
  if (isThreaded) (await import('./keep-threads-source')).keepThreadsSource();
  await use('wasm');
  useFasterWasmKernels();
  return isThreaded ? getThreadsCount() : 1;
}

const hasFeature = (flag: string) => tf.env().getAsync(flag) as Promise<boolean>;

/** The URLs of this package's copies, next to the built files. In this form, bundlers find and include each file. */
function ownCopies(): Record<WasmFile, string> {
  return {
    'tfjs-backend-wasm.wasm': new URL('./wasm/tfjs-backend-wasm.wasm', import.meta.url).href,
    'tfjs-backend-wasm-simd.wasm': new URL('./wasm/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
    'tfjs-backend-wasm-threaded-simd.wasm': new URL('./wasm/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url)
      .href,
  };
}
