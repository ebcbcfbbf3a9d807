import type { Accelerator } from './native-target';

/** An installation in the per-user cache. */
export interface Installation {
  /** Its folder. */
  folder: string;
  /** Its size on disk in bytes. */
  bytes: number;
  /** How long the set-up took, in seconds. */
  setupSeconds: number;
  /** When it was set up, ISO 8601. */
  createdAt: string;
}

/** An installation of native TensorFlow. `node_modules/@tensorflow/tfjs-node-gpu` of its folder is loaded. */
export interface NativeInstallation extends Installation {
  accelerator: Accelerator;
  tensorflow: string;
  tfjs: string;
}
