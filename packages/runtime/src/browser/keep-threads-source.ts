import factory from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';

/** What the function's text is before any minifier has seen it. Put in by tsup. */
declare const WASM_THREADS_SOURCE: string;

/**
 * The backend starts its threads from the text of this function. A minifier shortens names in it that the text then misses, and
 * threads wait for ever; so here the text is kept as it was.
 */
export function keepThreadsSource(): void {
  Object.defineProperty(factory, 'toString', { value: () => WASM_THREADS_SOURCE });
}
