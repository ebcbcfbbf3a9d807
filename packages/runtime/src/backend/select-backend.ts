import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { expectOptions } from '@hrm/files/internal';
import * as tf from '@tensorflow/tfjs-core';
import { loadNative } from '../native/load-native';
import { currentNativeBackend } from '../native/native-backend';
import { findDamageOf, findNativeInstallation, lookForInstallation } from '../native/native-cache';
import { registerBfloat16MatMul } from '../bfloat16/bfloat16-mat-mul';
import { hasNvidiaGpu } from '../native/native-target';
import { useFasterWasmKernels } from '../wasm/faster-wasm-kernels';
import { selectWebGpu, selectWebGpuOnGpu } from '../webgpu/select-webgpu';
import {
  messageOf,
  SELECT_BACKEND_OPTIONS,
  selectCpu,
  unknownPreference,
  use,
  type BackendPreference,
  type SelectBackendOptions,
  type SelectedBackend,
} from './backend-choice';

const SET_UP = 'run `hrm setup`, or setUpNative() of @hrm/runtime (it needs Python 3 with pip and a C++ compiler)';

/**
 * Selects the fastest backend that works, waits until it is ready, and returns which it is and why.
 *
 * - In Node: native TensorFlow on a GPU, else WebGPU on a GPU, else native TensorFlow on the processor, else WebAssembly,
 *   else plain JavaScript. `setUpNative` sets up native TensorFlow, `setUpWebGpu` WebGPU. WebGPU on software such as
 *   SwiftShader is used only if `prefer` names it.
 * - In a browser: WebGPU if the program has imported `@tensorflow/tfjs-backend-webgpu` and there is a GPU, else
 *   WebAssembly (on several threads if the page is cross-origin isolated), else plain JavaScript.
 *
 * It may be called again to switch. TensorFlow.js then moves tensors when it needs them.
 *
 * @throws Error where the backend of `prefer` does not work. Its message says how to get it. Without `prefer` it falls
 *   back and does not fail.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { selectBackend } from '@hrm/runtime';
 *
 * const { name, why, hint } = await selectBackend();
 * console.log(why);
 * if (hint) console.log(hint);
 * console.log(name === tf.getBackend(), tf.matMul([[1, 2]], [[3], [4]]).dataSync()); // true, [11]
 * ```
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  expectOptions('selectBackend', options, SELECT_BACKEND_OPTIONS);
  const preference = options.prefer ?? preferenceOf(process.env.HRM_BACKEND);
  if (preference === 'native') return selectNative(options.cache);
  if (preference === 'webgpu') return selectWebGpu(options.cache);
  if (preference === 'wasm') return selectWasm('requested', options.wasmPaths);
  if (preference === 'cpu') return selectCpu('requested');
  if (preference !== undefined) throw unknownPreference(preference);

  const { cache } = options;
  if (await nativeMayUseGpu(cache)) {
    const native = await selectNative(cache).catch(() => undefined);
    if (native?.device === 'GPU') return native;
  }
  const webGpu = await selectWebGpuOnGpu(cache);
  if (webGpu && 'name' in webGpu) return webGpu;
  const whyNotWebGpu = webGpu ? `; ${webGpu.whyNot}` : '';
  let whyNotNative: string;
  try {
    const native = await selectNative(cache);
    return { ...native, why: `${native.why}${whyNotWebGpu}` };
  } catch (error) {
    whyNotNative = messageOf(error);
  }
  const whyNot = `${whyNotNative}${whyNotWebGpu}`;
  try {
    return { ...(await selectWasm(whyNot, options.wasmPaths)), hint: `For several times the speed, ${SET_UP}.` };
  } catch (error) {
    const why = `${whyNot}, and WebAssembly does not work (${messageOf(error)})`;
    return { ...(await selectCpu(why)), hint: `For a hundred times the speed, ${SET_UP}.` };
  }
}

function preferenceOf(text: string | undefined): BackendPreference | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'native' || text === 'webgpu' || text === 'wasm' || text === 'cpu') return text;
  throw unknownPreference(text);
}

/** Whether native TensorFlow is a CUDA build, on a machine with an NVIDIA GPU. Loads nothing. */
async function nativeMayUseGpu(cache: string | undefined): Promise<boolean> {
  if (tf.findBackendFactory('tensorflow')) return true;
  if (!(await hasNvidiaGpu())) return false;
  try {
    return findNativeInstallation({ cache, accelerators: ['cuda'] }) !== undefined;
  } catch {
    return false;
  }
}

async function selectNative(cache: string | undefined): Promise<SelectedBackend> {
  // If the program has imported tfjs-node itself, that is the native backend.
  if (!tf.findBackendFactory('tensorflow')) {
    const accelerators = (await hasNvidiaGpu()) ? (['cuda', 'cpu'] as const) : (['cpu', 'cuda'] as const);
    const found = lookForInstallation({ cache, accelerators });
    if ('whyNot' in found) throw new Error(`${found.whyNot}: ${SET_UP}`);
    try {
      loadNative(found);
    } catch (error) {
      const damage = findDamageOf(found);
      const why = damage
        ? `is damaged (${damage}): ${SET_UP}`
        : `cannot be loaded (${messageOf(error)}): delete that folder and ${SET_UP}`;
      throw new Error(`native TensorFlow at ${found.folder} ${why}`, { cause: error });
    }
  }
  await use('tensorflow');
  registerBfloat16MatMul();
  const { binding } = currentNativeBackend()!;
  const device = binding.isUsingGpuDevice() ? 'GPU' : 'CPU';
  return { name: 'tensorflow', device, why: `TensorFlow ${binding.TF_Version} on the ${device}` };
}

async function selectWasm(why: string, paths: SelectBackendOptions['wasmPaths']): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('wasm')) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // Its .wasm files are next to its main file.
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(paths ?? dirname(main) + sep);
  }
  await use('wasm');
  useFasterWasmKernels();
  return { name: 'wasm', device: 'CPU', why: `WebAssembly: ${why}` };
}
