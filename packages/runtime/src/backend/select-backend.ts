import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadNative } from '../native/load-native';
import { currentNativeBackend } from '../native/native-backend';
import { findDamageOf, lookForInstallation } from '../native/native-cache';
import { registerBfloat16MatMul } from '../compile/bfloat16-mat-mul';
import { hasNvidiaGpu } from '../native/native-target';
import { useFasterWasmKernels } from '../wasm/faster-wasm-kernels';
import {
  messageOf,
  selectCpu,
  selectWebGpu,
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
 * - In Node: native TensorFlow if `setUpNative` has set it up (on the GPU if it finds one), else WebAssembly, else plain
 *   JavaScript.
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
  const preference = options.prefer ?? preferenceOf(process.env.HRM_BACKEND);
  if (preference === 'native') return selectNative(options.cache);
  if (preference === 'webgpu') return selectWebGpu();
  if (preference === 'wasm') return selectWasm('requested', options.wasmPaths);
  if (preference === 'cpu') return selectCpu('requested');
  if (preference !== undefined) throw unknownPreference(preference);

  let whyNotNative: string;
  try {
    return await selectNative(options.cache);
  } catch (error) {
    whyNotNative = messageOf(error);
  }
  try {
    return { ...(await selectWasm(whyNotNative, options.wasmPaths)), hint: `For several times the speed, ${SET_UP}.` };
  } catch (error) {
    const why = `${whyNotNative}, and WebAssembly does not work (${messageOf(error)})`;
    return { ...(await selectCpu(why)), hint: `For a hundred times the speed, ${SET_UP}.` };
  }
}

function preferenceOf(text: string | undefined): BackendPreference | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'native' || text === 'webgpu' || text === 'wasm' || text === 'cpu') return text;
  throw unknownPreference(text);
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
