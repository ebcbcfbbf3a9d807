import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, type Layer } from '@hrm/layers';
import { type HostTensor, type NamedHostTensors, asFloat32, asInt32 } from '@hrm/files';

/** Copies a tensor's values to JavaScript memory. */
export async function toHostTensor(tensor: tf.Tensor): Promise<HostTensor> {
  const data = await tensor.data();
  const { shape } = tensor;
  switch (tensor.dtype) {
    case 'float32':
      return { dtype: 'float32', shape, data: Float32Array.from(data as Float32Array) };
    case 'int32':
      return { dtype: 'int32', shape, data: Int32Array.from(data as Int32Array) };
    case 'bool':
      return { dtype: 'bool', shape, data: Uint8Array.from(data as Uint8Array) };
    default:
      throw new TypeError(`toHostTensor: cannot convert a tensor of ${tensor.dtype}, expected float32, int32 or bool`);
  }
}

/**
 * Converts a host tensor to a TensorFlow.js tensor. Floats become float32, integers int32.
 *
 * @param name the tensor's name in errors. Default `tensor`.
 * @throws RangeError for a number that the narrower type cannot hold.
 */
export function fromHostTensor(tensor: HostTensor, name = 'tensor'): tf.Tensor {
  const { dtype, shape, data } = tensor;
  if (dtype === 'bool') return tf.tensor(data as Uint8Array, [...shape], 'bool');
  if (!dtype.includes('float')) return tf.tensor(asInt32(name, tensor), [...shape], 'int32');
  // A copy, because TensorFlow.js may keep the array.
  return tf.tensor(Float32Array.from(asFloat32(name, tensor).data as Float32Array), [...shape], 'float32');
}

/**
 * Copies the values of all parameters of a layer or model, by dotted name.
 *
 * @example
 * ```ts
 * import { hrm, parameterValues, setParameterValues } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const options = { vocabSize: 6, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 };
 * const values = await parameterValues(hrm({ ...options, seed: 1 }));
 * setParameterValues(hrm({ ...options, seed: 2 }), values);
 * ```
 */
export async function parameterValues(layer: Layer): Promise<NamedHostTensors> {
  const values = new Map<string, HostTensor>();
  for (const [name, parameter] of namedParameters(layer)) values.set(name, await toHostTensor(parameter));
  return values;
}

/**
 * Sets all parameters of a layer or model by name, as float32. Changes nothing unless all values fit.
 *
 * @throws Error for parameters that are missing, unknown, of another shape, or have values that float32 cannot hold.
 */
export function setParameterValues(layer: Layer, values: NamedHostTensors): void {
  const parameters = namedParameters(layer);
  const problems: string[] = [];
  const fitting = new Map<string, HostTensor>();
  for (const name of values.keys())
    if (!parameters.has(name)) problems.push(`"${name}" is not a parameter of this model`);
  for (const [name, parameter] of parameters) {
    const value = values.get(name);
    if (!value) problems.push(`"${name}" is missing`);
    else if (value.shape.join() !== parameter.shape.join()) {
      problems.push(`"${name}" has shape [${value.shape.join(', ')}], the model needs [${parameter.shape.join(', ')}]`);
    } else {
      try {
        fitting.set(name, asFloat32(name, value));
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join('; ');
    const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
    throw new Error(
      `These weights do not fit the model: ${shown}${more}. Do they belong to a model with the same config?`,
    );
  }
  tf.tidy(() => {
    for (const [name, parameter] of parameters) parameter.assign(fromHostTensor(fitting.get(name)!));
  });
}
