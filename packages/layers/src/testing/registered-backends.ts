import * as tf from '@tensorflow/tfjs-core';

/** A backend that tests run on. */
export interface TestBackend {
  name: string;
  /** Makes it the one that TensorFlow.js uses, and waits until it is ready. */
  use(): Promise<void>;
}

/**
 * The backends that the test file has brought, by `import '@tensorflow/tfjs-backend-cpu'` and the like, plain JavaScript
 * first: the others are compared with it.
 *
 * @throws Error where there is none.
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
      "There is no backend to test on: import '@tensorflow/tfjs-backend-cpu' in the test, or give `backends`",
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
