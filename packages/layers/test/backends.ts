import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

// Otherwise its first operation prints a banner about another package.
(tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
// The .wasm files are next to the package's main file.
setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);

/** Sets the backend of a test file. The tests of several packages use it. */
export async function useBackend(name: 'cpu' | 'wasm'): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`the backend ${name} does not start`);
  await tf.ready();
}
