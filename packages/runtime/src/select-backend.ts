import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { useFasterWasmKernels } from './faster-wasm-kernels';
import { loadNative } from './load-native';
import { currentNativeBackend } from './native-backend';
import { findDamageOf, lookForInstallation } from './native-cache';
import { hasNvidiaGpu } from './native-target';
import { registerGradients } from './register-gradients';

/** What a program asks for: native TensorFlow, WebAssembly, or plain JavaScript. */
export type BackendPreference = 'native' | 'wasm' | 'cpu';

/** The backend that TensorFlow.js now runs on. */
export interface SelectedBackend {
  /** As TensorFlow.js names it: `tf.getBackend()`. */
  name: 'tensorflow' | 'wasm' | 'cpu';
  device: 'CPU' | 'GPU';
  /** One line: which backend, and why not a faster one. */
  why: string;
  /** One line: how to get a faster one, where there is one. */
  hint?: string;
}

export interface SelectBackendOptions {
  /** Take this one or fail. Default `$HRM_BACKEND`; where neither is set, the fastest that works. */
  prefer?: BackendPreference;
  /** The cache folder that `setUpNative` used; default as there. */
  cache?: string;
}

const SET_UP = 'run `hrm setup`, or setUpNative() of @hrm/runtime (it needs Python 3 with pip and a C++ compiler)';

/**
 * Chooses the backend of a Node program and waits until it is ready: native TensorFlow where `setUpNative` has set it up
 * (on its GPU when it sees one), else WebAssembly, else plain JavaScript. Says which and why.
 *
 * Without a preference this falls back and never fails for want of a backend; a backend asked for that cannot be had is an
 * error saying how to get it. May be called again to change over; tensors move along as TensorFlow.js needs them.
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
  if (preference === 'wasm') return selectWasm('asked for');
  if (preference === 'cpu') return selectCpu('asked for');
  if (preference !== undefined) throw unknownPreference(preference);

  let whyNotNative: string;
  try {
    return await selectNative(options.cache);
  } catch (error) {
    whyNotNative = messageOf(error);
  }
  try {
    return { ...(await selectWasm(whyNotNative)), hint: `For several times the speed, ${SET_UP}.` };
  } catch (error) {
    const why = `${whyNotNative}, and WebAssembly does not work (${messageOf(error)})`;
    return { ...(await selectCpu(why)), hint: `For a hundred times the speed, ${SET_UP}.` };
  }
}

function preferenceOf(text: string | undefined): BackendPreference | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'native' || text === 'wasm' || text === 'cpu') return text;
  throw unknownPreference(text);
}

function unknownPreference(text: string): RangeError {
  return new RangeError(
    `There is no backend '${text}': expected 'native', 'wasm' or 'cpu' (option prefer, or HRM_BACKEND).`,
  );
}

async function selectNative(cache: string | undefined): Promise<SelectedBackend> {
  // A program may have brought tfjs-node itself; then that is the native backend.
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
  const { binding } = currentNativeBackend()!;
  const device = binding.isUsingGpuDevice() ? 'GPU' : 'CPU';
  return { name: 'tensorflow', device, why: `TensorFlow ${binding.TF_Version} on the ${device}` };
}

async function selectWasm(why: string): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('wasm')) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // Its .wasm files lie beside its main file, wherever npm has put the package.
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(main) + sep);
  }
  await use('wasm');
  useFasterWasmKernels();
  return { name: 'wasm', device: 'CPU', why: `WebAssembly: ${why}` };
}

async function selectCpu(why: string): Promise<SelectedBackend> {
  if (!tf.findBackendFactory('cpu')) await import('@tensorflow/tfjs-backend-cpu');
  // Else its first operation prints a banner recommending tfjs-node.
  (tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
  await use('cpu');
  return { name: 'cpu', device: 'CPU', why: `Plain JavaScript: ${why}` };
}

async function use(name: SelectedBackend['name']): Promise<void> {
  await registerGradients();
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend '${name}'`);
  await tf.ready();
}

/** An error's first line: the rest is often a stack of modules. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
