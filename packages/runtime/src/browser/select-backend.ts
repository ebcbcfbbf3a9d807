import { expectOptions } from '@hrm/files/internal';
import * as tf from '@tensorflow/tfjs-core';
import {
  messageOf,
  SELECT_BACKEND_OPTIONS,
  selectCpu,
  use,
  webGpuOn,
  unknownPreference,
  type SelectBackendOptions,
  type SelectedBackend,
} from '../backend/backend-choice';
import { reportGpuErrors } from '../webgpu/report-gpu-errors';
import { currentWebGpuBackend } from '../webgpu/webgpu-backend';
import { findAdapter, isSoftware, type Gpu, type GpuAdapter } from '../webgpu/webgpu-adapter';
import { selectWasm } from './select-wasm';

const ISOLATION =
  'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp (or credentialless)';

/** `selectBackend` for browsers. Documented in `backend/select-backend.ts`. */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  expectOptions('selectBackend', options, SELECT_BACKEND_OPTIONS);
  const { prefer, wasmPaths } = options;
  if (prefer === 'webgpu') return selectWebGpu(await adapterToUse());
  if (prefer === 'wasm') return wasm('requested', wasmPaths);
  if (prefer === 'cpu') return selectCpu('requested');
  if (prefer === 'native')
    throw new Error('Native TensorFlow runs in Node only, and this is a browser: expected another backend');
  if (prefer !== undefined) throw unknownPreference(prefer);

  let whyNot = 'no WebGPU';
  const adapter = await adapterToUse();
  if (adapter && !isSoftware(adapter)) {
    try {
      return await selectWebGpu(adapter);
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

/** The GPU's adapter; undefined without one, or without the backend, since browsers warn when they find no adapter. */
const adapterToUse = async () =>
  tf.findBackendFactory('webgpu') ? findAdapter((navigator as { gpu?: Gpu }).gpu) : undefined;

async function selectWebGpu(adapter: GpuAdapter | undefined): Promise<SelectedBackend> {
  if (!adapter) {
    throw new Error(
      "WebGPU is not available: it needs a browser with WebGPU, and import '@tensorflow/tfjs-backend-webgpu'",
    );
  }
  await use('webgpu');
  const backend = currentWebGpuBackend();
  if (backend) reportGpuErrors(backend);
  return webGpuOn(adapter);
}
