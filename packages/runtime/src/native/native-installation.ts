import type { Accelerator } from './native-target';

/** An installation of native TensorFlow in the per-user cache. */
export interface NativeInstallation {
  /** Its folder. `node_modules/@tensorflow/tfjs-node-gpu` is loaded from there. */
  folder: string;
  accelerator: Accelerator;
  tensorflow: string;
  tfjs: string;
  /** Its size on disk in bytes. */
  bytes: number;
  /** How long the set-up took, in seconds. */
  setupSeconds: number;
  /** When it was set up, ISO 8601. */
  createdAt: string;
}
