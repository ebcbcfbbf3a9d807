import type { Accelerator } from './native-target';

/** Native TensorFlow in the per-user cache, ready to be loaded. */
export interface NativeInstallation {
  /** Its folder; `node_modules/@tensorflow/tfjs-node-gpu` in it is loaded from there. */
  folder: string;
  accelerator: Accelerator;
  tensorflow: string;
  tfjs: string;
  /** Disk it takes, in bytes. */
  bytes: number;
  /** How long the set-up took, in seconds. */
  setupSeconds: number;
  /** When it was set up, ISO 8601. */
  createdAt: string;
}
