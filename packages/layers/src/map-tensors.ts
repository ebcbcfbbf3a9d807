import * as tf from '@tensorflow/tfjs-core';

/**
 * Applies `f` to every tensor in a nesting of plain objects and arrays. Other values stay the same.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mapTensors } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { a, name } = mapTensors({ a: tf.scalar(1), name: 'one' }, (tensor) => tf.add(tensor, 10));
 * a.print(); // 11
 * console.log(name); // one
 * ```
 */
export function mapTensors<T>(container: T, f: (tensor: tf.Tensor) => tf.Tensor): T {
  if (container instanceof tf.Tensor) return f(container) as T;
  if (Array.isArray(container)) return container.map((item: unknown) => mapTensors(item, f)) as T;
  if (typeof container === 'object' && container !== null && Object.getPrototypeOf(container) === Object.prototype) {
    return Object.fromEntries(Object.entries(container).map(([key, value]) => [key, mapTensors(value, f)])) as T;
  }
  return container;
}
