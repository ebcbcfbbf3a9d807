import type * as node from '../index';
import { NativeSetupError } from '../native/native-setup-error';

/** There is none in a browser. */
export const findNativeInstallation: typeof node.findNativeInstallation = () => undefined;

/** Not known in a browser, and of no use there. */
export const hasNvidiaGpu: typeof node.hasNvidiaGpu = () => Promise.resolve(false);

/** Fails as on other machines that TensorFlow has nothing for. */
export const setUpNative: typeof node.setUpNative = () =>
  Promise.reject(
    new NativeSetupError(
      'unsupported-platform',
      'Native TensorFlow is for Node, and this is a browser: selectBackend() takes WebGPU or WebAssembly here.',
    ),
  );
