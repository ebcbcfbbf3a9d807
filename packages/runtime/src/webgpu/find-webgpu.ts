import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspectInstallation, installationsFolder } from '../native/native-cache';
import { NativeSetupError } from '../native/native-setup-error';
import { webGpuTarget, type WebGpuInstallation } from './webgpu-target';

/** The main files of the two packages that WebGPU needs in Node. */
export interface WebGpuModules {
  /** Of `webgpu`, which brings WebGPU to Node. */
  webgpu: string;
  /** Of `@tensorflow/tfjs-backend-webgpu`. */
  backend: string;
}

/** Why WebGPU cannot be used. `isAbsent`: the user has not set it up. */
export interface NoWebGpu {
  whyNot: string;
  isAbsent: boolean;
}

/**
 * Looks for WebGPU: the packages that the user has installed where this package finds them, else those of
 * `setUpWebGpu` in the cache. Loads nothing.
 *
 * @returns the packages, or why there are none.
 * @throws NativeSetupError with reason 'cache-unsafe' where another user could have changed the cache.
 */
export function lookForWebGpu(cache?: string): WebGpuModules | NoWebGpu {
  const installed = packagesFrom(import.meta.url);
  if (installed) return installed;
  try {
    const target = webGpuTarget();
    const found = inspectInstallation<WebGpuInstallation>(target, installationsFolder(cache));
    if (found.state === 'damaged') return damaged(found.problem);
    if (found.state === 'whole')
      return packagesFrom(join(found.installation.folder, 'package.json')) ?? damaged('a package is missing');
  } catch (error) {
    if (!(error instanceof NativeSetupError && error.reason === 'unsupported-platform')) throw error;
    return { whyNot: error.message, isAbsent: true };
  }
  return { whyNot: 'WebGPU is not set up', isAbsent: true };
}

const damaged = (problem: string) => ({ whyNot: `WebGPU is damaged (${problem})`, isAbsent: false });

function packagesFrom(place: string): WebGpuModules | undefined {
  const require = createRequire(place);
  try {
    return { webgpu: require.resolve('webgpu'), backend: require.resolve('@tensorflow/tfjs-backend-webgpu') };
  } catch {
    return undefined;
  }
}
