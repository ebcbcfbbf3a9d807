import { readdirSync } from 'node:fs';

/** Linux's files of GPUs: of Mesa's drivers, of NVIDIA's, of WSL's, of some phones' and boards'. */
const DEVICE = /^(dri\/renderD\d+|nvidia\d+|dxg|kgsl-3d0|mali\d+)$/;

/**
 * Whether this machine may have a GPU. Loads nothing: without a driver, WebGPU would print warnings. True on systems
 * other than Linux, which bring a driver.
 */
export function mayHaveGpu(devices = '/dev', platform: string = process.platform): boolean {
  if (platform !== 'linux') return true;
  const names = (folder: string) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  return [...names(devices), ...names(`${devices}/dri`).map((name) => `dri/${name}`)].some((name) => DEVICE.test(name));
}
