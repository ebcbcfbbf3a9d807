import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { NativeInstallation } from './native-installation';
import { quietly } from './quietly';

/**
 * Loads tfjs-node-gpu from its installation and so registers the backend 'tensorflow'. tfjs-core keeps its engine and
 * kernels on the global object, so its copy in the cache shares them with the program's copy.
 */
export function loadNative(installation: NativeInstallation): void {
  // 3: TensorFlow logs only fatal errors. It reads this once, when its library is loaded. The user's value has
  // priority.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  restoreUtilFunctions();
  const require = createRequire(join(installation.folder, 'package.json'));
  const quiet = process.env.TF_CPP_MIN_LOG_LEVEL !== '0';
  const stderr = quiet ? (require('./hold_stderr.node') as { hold(): void; release(): void }) : undefined;
  stderr?.hold();
  try {
    quietly(() => require('@tensorflow/tfjs-node-gpu'));
  } finally {
    stderr?.release();
  }
}

/** Restores functions of `util` that tfjs-node 4.22 calls. They are deprecated in Node 22 and removed in Node 23. */
function restoreUtilFunctions(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
    isString: (value: unknown) => typeof value === 'string',
    isNumber: (value: unknown) => typeof value === 'number',
  });
}
