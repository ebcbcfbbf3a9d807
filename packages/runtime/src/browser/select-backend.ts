import * as tf from '@tensorflow/tfjs-core';
import {
  messageOf,
  selectCpu,
  selectWebGpu,
  unknownPreference,
  type SelectBackendOptions,
  type SelectedBackend,
} from '../backend/backend-choice';
import { selectWasm } from './select-wasm';

const ISOLATION =
  'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp (or credentialless)';

/** `selectBackend` for browsers. Documented in `backend/select-backend.ts`. */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  const { prefer, wasmPaths } = options;
  if (prefer === 'webgpu') return selectWebGpu();
  if (prefer === 'wasm') return wasm('requested', wasmPaths);
  if (prefer === 'cpu') return selectCpu('requested');
  if (prefer === 'native')
    throw new Error('Native TensorFlow runs in Node only, and this is a browser: expected another backend');
  if (prefer !== undefined) throw unknownPreference(prefer);

  let whyNot = 'no WebGPU';
  if (tf.findBackendFactory('webgpu') && (await hasRealGpu())) {
    try {
      return await selectWebGpu();
    } catch (error) {
      whyNot = `WebGPU does not work (${messageOf(error)})`;
    }
  }
  try {
    return await wasm(whyNot, wasmPaths);
  } catch (error) {
    return selectCpu(`${whyNot}, and WebAssembly does not work (${messageOf(error)})`);
  }
}

async function wasm(why: string, paths: SelectBackendOptions['wasmPaths']): Promise<SelectedBackend> {
  const threads = await selectWasm(paths);
  const selected = { name: 'wasm', device: 'CPU' } as const;
  if (threads > 1) return { ...selected, why: `WebAssembly on ${threads} threads: ${why}` };
  const hint = crossOriginIsolated
    ? undefined
    : `For several threads, serve this page, and what it loads, with the headers ${ISOLATION}.`;
  return { ...selected, why: `WebAssembly on one thread: ${why}`, ...(hint && { hint }) };
}

interface GpuAdapter {
  isFallbackAdapter?: boolean;
  info?: { isFallbackAdapter?: boolean };
}

/** Whether there is a real GPU. A software adapter is slower than WebAssembly. */
async function hasRealGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return !!adapter && !adapter.isFallbackAdapter && !adapter.info?.isFallbackAdapter;
}
