import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { NativeInstallation } from './native-installation';

/**
 * Loads tfjs-node-gpu from its installation, which registers the backend 'tensorflow'. tfjs-core keeps its engine and its
 * kernels on the global object, so the copy of tfjs-core in the cache and the program's own share them.
 */
export function loadNative(installation: NativeInstallation): void {
  // 3: TensorFlow logs only what is fatal. Read once, when its library is loaded; what the user has set stays.
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

/** tfjs-node 4.22 calls functions of `util` that Node 22 warns about and Node 23 took out. */
function restoreUtilFunctions(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
    isString: (value: unknown) => typeof value === 'string',
    isNumber: (value: unknown) => typeof value === 'number',
  });
}

/**
 * Loading brings in all of TensorFlow.js, whose parts warn when a program has registered the same kernels already, and old
 * dependencies on which Node comments. Neither is of use to the program's user.
 */
function quietly(load: () => void): void {
  const { warn } = console;
  const { noDeprecation } = process;
  console.warn = (...args: unknown[]) => {
    if (!/already (registered|been set)/.test(String(args[0]))) warn(...args);
  };
  process.noDeprecation = true;
  try {
    load();
  } finally {
    console.warn = warn;
    process.noDeprecation = noDeprecation;
  }
}
