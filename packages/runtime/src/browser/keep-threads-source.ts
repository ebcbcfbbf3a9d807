import factory from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';

/** The function's source text before minification, inserted by tsup. */
declare const WASM_THREADS_SOURCE: string;

/**
 * Restores the original source text of the backend's factory function. The backend starts its threads from that text.
 * After minification the text lacks names that it needs, and the threads would wait forever.
 */
export function keepThreadsSource(): void {
  Object.defineProperty(factory, 'toString', { value: () => WASM_THREADS_SOURCE });
}
