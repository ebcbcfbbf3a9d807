import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from './register-gradients';

/**
 * What a program asks for: native TensorFlow, WebGPU, WebAssembly, or plain JavaScript. Native TensorFlow is for Node; for
 * WebGPU the program has to import `@tensorflow/tfjs-backend-webgpu`.
 */
export type BackendPreference = 'native' | 'webgpu' | 'wasm' | 'cpu';

/** The backend that TensorFlow.js now runs on. */
export interface SelectedBackend {
  /** As TensorFlow.js names it: `tf.getBackend()`. */
  name: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  device: 'CPU' | 'GPU';
  /** One line: which backend, and why not a faster one. */
  why: string;
  /** One line: how to get a faster one, where there is one. */
  hint?: string;
}

/** The files of TensorFlow.js's WebAssembly backend: plain, with SIMD, and with threads as well. */
export type WasmFile =
  'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm';

export interface SelectBackendOptions {
  /** Take this one or fail. Default, in Node, `$HRM_BACKEND`; where neither is set, the fastest that works. */
  prefer?: BackendPreference;
  /** The cache folder that `setUpNative` used; default as there. Browsers have none. */
  cache?: string;
  /**
   * Where the files of the WebAssembly backend are: a folder (in browsers its URL), ending in `/`, or one for each of them.
   * Default: this package's dependency in Node, its own copies in browsers, which bundlers bring along.
   */
  wasmPaths?: string | Readonly<Record<WasmFile, string>>;
}

export function unknownPreference(text: string): RangeError {
  return new RangeError(
    `There is no backend '${text}': expected 'native', 'webgpu', 'wasm' or 'cpu' (option prefer, or HRM_BACKEND).`,
  );
}

/** WebGPU, if the program has brought its backend along. @throws Error telling how to */
export async function selectWebGpu(): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('webgpu')) {
    throw new Error("WebGPU is not here: it needs a browser that has it, and import '@tensorflow/tfjs-backend-webgpu'");
  }
  await use('webgpu');
  return { name: 'webgpu', device: 'GPU', why: 'WebGPU' };
}

export async function selectCpu(why: string): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('cpu')) await import('@tensorflow/tfjs-backend-cpu');
  // Else its first operation prints a banner recommending tfjs-node.
  (tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
  await use('cpu');
  return { name: 'cpu', device: 'CPU', why: `Plain JavaScript: ${why}` };
}

/** Changes over to a backend that is registered, and waits until it is ready. */
export async function use(name: SelectedBackend['name']): Promise<void> {
  await registerGradients();
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend '${name}'`);
  await tf.ready();
}

/** An error's first line: the rest is often a stack of modules. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
