import * as tf from '@tensorflow/tfjs-core';

/**
 * Describes a value in a few words, for error messages.
 */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value instanceof tf.Tensor) {
    return `a ${value instanceof tf.Variable ? 'variable' : 'tensor'} of shape [${value.shape.join(', ')}]`;
  }
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`;
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const { constructor } = value;
  if (typeof constructor === 'function' && constructor !== Object) return `an object of class ${constructor.name}`;
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object with ${names.join(', ')}`;
}
