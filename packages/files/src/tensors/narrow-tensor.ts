import type { HostTensor } from './host-tensor';

/** The largest finite float32. */
const LARGEST = 3.4028234663852886e38;

const isWideFloat = ({ dtype }: HostTensor) => dtype === 'float64';
const isFloat32 = ({ dtype }: HostTensor) => dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16';

function refuse(name: string, { dtype, data }: HostTensor, index: number, expected: string): never {
  throw new RangeError(`"${name}" of ${dtype} holds ${String(data[index])} at ${index}; expected ${expected}`);
}

/**
 * Converts a tensor to float32. 16-bit floats are already in float32. A float64 is rounded to the nearest float32.
 *
 * @param name of the tensor, for the error.
 * @throws RangeError for a float64 beyond the range of float32, and for an integer that float32 would round.
 *
 * @example
 * ```ts
 * import { asFloat32 } from '@hrm/files';
 *
 * const steps = { dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 2n ** 24n + 1n) } as const;
 * try {
 *   asFloat32('steps', steps);
 * } catch (error) {
 *   console.log((error as Error).message); // "steps" of int64 holds 16777217 at 1; expected ...
 * }
 * ```
 */
export function asFloat32(name: string, tensor: HostTensor): HostTensor {
  const { shape, data } = tensor;
  if (isFloat32(tensor)) return { ...tensor, dtype: 'float32' };
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    const value = data[i]!;
    values[i] = Number(value);
    if (isWideFloat(tensor)) {
      if (Math.abs(values[i]!) === Infinity && Math.abs(Number(value)) !== Infinity) {
        refuse(name, tensor, i, `numbers within ±${LARGEST}, the range of float32`);
      }
    } else if (typeof value === 'bigint' ? BigInt(values[i]!) !== value : values[i] !== value) {
      refuse(name, tensor, i, 'integers that float32 holds exactly');
    }
  }
  return { dtype: 'float32', shape, data: values };
}

/**
 * Converts the values of a tensor to int32.
 *
 * @param name of the tensor, for the error.
 * @throws RangeError for a value that int32 cannot hold.
 *
 * @example
 * ```ts
 * import { asInt32 } from '@hrm/files';
 *
 * console.log(asInt32('steps', { dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, -4n) })); // Int32Array [3, -4]
 * ```
 */
export function asInt32(name: string, tensor: HostTensor): Int32Array {
  const { data } = tensor;
  const values = new Int32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = Number(data[i]);
    if (values[i] !== Number(data[i]))
      refuse(name, tensor, i, 'integers from -2147483648 to 2147483647, as int32 holds');
  }
  return values;
}
