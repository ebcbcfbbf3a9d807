import type * as node from '../index';
import { NativeSetupError } from '../native/native-setup-error';

/** Returns undefined: browsers have no native TensorFlow. */
export const findNativeInstallation: typeof node.findNativeInstallation = () => undefined;

/** Returns false: a browser cannot know, and native TensorFlow does not run there. */
export const hasNvidiaGpu: typeof node.hasNvidiaGpu = () => Promise.resolve(false);

/** Fails with reason 'unsupported-platform': a browser has WebGPU itself, or has none. */
export const setUpWebGpu: typeof node.setUpWebGpu = () =>
  Promise.reject(
    new NativeSetupError(
      'unsupported-platform',
      "WebGPU is set up in Node only, and this is a browser: import '@tensorflow/tfjs-backend-webgpu', and use selectBackend().",
    ),
  );

/** Fails with reason 'unsupported-platform', as on other platforms without native TensorFlow. */
export const setUpNative: typeof node.setUpNative = () =>
  Promise.reject(
    new NativeSetupError(
      'unsupported-platform',
      'Native TensorFlow runs in Node only, and this is a browser: use selectBackend(), which selects WebGPU or WebAssembly.',
    ),
  );
