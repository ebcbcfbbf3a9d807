import * as tf from '@tensorflow/tfjs-core';
import { messageOf, use, webGpuOn, type SelectedBackend } from '../backend/backend-choice';
import { lookForWebGpu } from './find-webgpu';
import { mayHaveGpu } from './gpu-device';
import { loadWebGpu, navigatorGpu, prepareWebGpu } from './start-webgpu';
import { describeAdapter, isSoftware } from './webgpu-adapter';

const SET_UP =
  'run `hrm setup --webgpu`, or setUpWebGpu() of @hrm/runtime, or install the npm packages webgpu and @tensorflow/tfjs-backend-webgpu';
const NEEDS_DRIVER =
  'WebGPU finds no GPU. On Linux it needs a driver for Vulkan and the loader libvulkan.so.1 (Debian: apt install libvulkan1)';

/**
 * Selects WebGPU on any adapter, also on software.
 *
 * @throws Error where it is not set up or finds no adapter. The message says how to get it.
 */
export async function selectWebGpu(cache?: string): Promise<SelectedBackend> {
  const found = tf.findBackendFactory('webgpu') ? undefined : lookForWebGpu(cache);
  if (found && 'whyNot' in found) throw new Error(`${found.whyNot}: ${SET_UP}`);
  const adapter = await loadWebGpu(found);
  if (!adapter) throw new Error(NEEDS_DRIVER);
  await use('webgpu');
  await prepareWebGpu();
  return webGpuOn(adapter);
}

/**
 * Selects WebGPU if it is set up and finds a GPU. Returns the reason if it is set up and finds none, undefined if it is
 * not set up.
 */
export async function selectWebGpuOnGpu(cache?: string): Promise<SelectedBackend | { whyNot: string } | undefined> {
  try {
    const found = tf.findBackendFactory('webgpu') ? undefined : lookForWebGpu(cache);
    if (found && 'whyNot' in found) return found.isAbsent ? undefined : found;
    const adapter = navigatorGpu() || mayHaveGpu() ? await loadWebGpu(found) : undefined;
    if (!adapter) return { whyNot: 'WebGPU finds no GPU' };
    if (isSoftware(adapter)) return { whyNot: `WebGPU finds only software (${describeAdapter(adapter)})` };
    return await selectWebGpu(cache);
  } catch (error) {
    return { whyNot: `WebGPU does not work (${messageOf(error)})` };
  }
}
