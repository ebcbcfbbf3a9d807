import * as tf from '@tensorflow/tfjs-core';
import { describeAdapter, isSoftware, type GpuAdapter } from '../webgpu/webgpu-adapter';
import { registerGradients } from './register-gradients';

/**
 * The backend that a program prefers: native TensorFlow, WebGPU, WebAssembly, or plain JavaScript. Native TensorFlow
 * runs in Node only. For WebGPU in browsers the program must import `@tensorflow/tfjs-backend-webgpu`; for WebGPU in
 * Node see `setUpWebGpu`.
 */
export type BackendPreference = 'native' | 'webgpu' | 'wasm' | 'cpu';

/** The backend that TensorFlow.js now runs on. */
export interface SelectedBackend {
  /** The name in TensorFlow.js, as of `tf.getBackend()`. */
  name: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  device: 'CPU' | 'GPU';
  /** One line: which backend, and why not a faster one. */
  why: string;
  /** One line: how to get a faster one. Absent where there is none. */
  hint?: string;
}

/** The files of TensorFlow.js's WebAssembly backend: plain, with SIMD, and with SIMD and threads. */
export type WasmFile =
  'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm';

/** Options of `selectBackend`. */
export interface SelectBackendOptions {
  /** Use this backend or fail. Default in Node: `$HRM_BACKEND`. If neither is set, the fastest that works. */
  prefer?: BackendPreference;
  /** The cache folder of `setUpNative` and `setUpWebGpu`, with the same default. Ignored in browsers. */
  cache?: string;
  /**
   * Where the files of the WebAssembly backend are: a folder (in browsers a URL) that ends in `/`, or a path for each
   * file. Default: in Node the files of the dependency, in browsers the copies in this package, which bundlers include.
   */
  wasmPaths?: string | Readonly<Record<WasmFile, string>>;
}

/** Names of {@link SelectBackendOptions}. */
export const SELECT_BACKEND_OPTIONS = ['prefer', 'cache', 'wasmPaths'] as const;

/** The error for an unknown preference. */
export function unknownPreference(text: string): RangeError {
  const isGpu = ['gpu', 'cuda'].includes(text.toLowerCase());
  const gpus = isGpu ? " For a GPU: 'native' uses one of NVIDIA through CUDA, 'webgpu' uses any." : '';
  return new RangeError(
    `There is no backend '${text}': expected 'native', 'webgpu', 'wasm' or 'cpu' (option prefer, or HRM_BACKEND).${gpus}`,
  );
}

/** WebGPU on this adapter, as the selected backend. */
export function webGpuOn(adapter: GpuAdapter): SelectedBackend {
  const name = describeAdapter(adapter);
  if (!isSoftware(adapter)) return { name: 'webgpu', device: 'GPU', why: `WebGPU on ${name}` };
  return { name: 'webgpu', device: 'CPU', why: `WebGPU on ${name}, which is software: slower than WebAssembly` };
}

/** Selects plain JavaScript, for the reason `why`. */
export async function selectCpu(why: string): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('cpu')) await import('@tensorflow/tfjs-backend-cpu');
  // Without this, its first operation prints a banner that recommends tfjs-node.
  (tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
  await use('cpu');
  return { name: 'cpu', device: 'CPU', why: `Plain JavaScript: ${why}` };
}

/** Switches to a registered backend, and waits until it is ready. */
export async function use(name: SelectedBackend['name']): Promise<void> {
  await registerGradients();
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend '${name}'`);
  await tf.ready();
}

/** The first line of an error's message. The rest is often a list of modules. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
