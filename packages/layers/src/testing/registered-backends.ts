import * as tf from '@tensorflow/tfjs-core';

/** A backend to run tests on. */
export interface TestBackend {
  name: string;
  /** Switches TensorFlow.js to it, and waits until it is ready. */
  use(): Promise<void>;
}

/**
 * Lists the backends that the test file imports, such as by `import '@tensorflow/tfjs-backend-cpu'`. Plain JavaScript
 * comes first: the others are compared with it.
 *
 * @throws Error if there is none.
 *
 * @example
 * ```ts
 * import { registeredBackends } from '@hrm/layers/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * console.log(registeredBackends().map(({ name }) => name)); // ['cpu']
 * ```
 */
export function registeredBackends(): TestBackend[] {
  const found = ['cpu', 'wasm', 'tensorflow'].filter((name) => tf.findBackendFactory(name));
  if (found.length === 0) {
    throw new Error(
      "there is no backend to test on: import '@tensorflow/tfjs-backend-cpu' in the test, or give the option backends",
    );
  }
  return found.map((name) => ({
    name,
    async use() {
      if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend "${name}"`);
      await tf.ready();
    },
  }));
}
