import { mapTensors } from './map-tensors';

/**
 * Frees every tensor in a nesting of plain objects and arrays. Other values are ignored.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { disposeAll } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * disposeAll([{ a: tf.scalar(1), name: 'one' }, tf.scalar(2), undefined]);
 * console.log(tf.memory().numTensors); // 0
 * ```
 */
export function disposeAll(container: unknown): void {
  mapTensors(container, (tensor) => {
    tensor.dispose();
    return tensor;
  });
}
