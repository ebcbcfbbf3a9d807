/** The array type for each element type. The two 16-bit floats are widened to float32. */
export interface HostTensorArrays {
  float64: Float64Array;
  float32: Float32Array;
  float16: Float32Array;
  bfloat16: Float32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** The element types of tensors in files. */
export type HostTensorDtype = keyof HostTensorArrays;

/** Any array that holds the values of a {@link HostTensor}. */
export type HostTensorData = HostTensorArrays[HostTensorDtype];

/**
 * A tensor in the memory of JavaScript, as files hold it.
 *
 * `dtype` is the element type in the file. `data` holds the values in row-major order, in the array type that
 * {@link HostTensorArrays} lists. float16 and bfloat16 are widened to float32 (exactly) when read, and rounded to the
 * nearest when written. So `{ ...tensor, dtype: 'float32' }` writes the same tensor in full precision.
 * The values of `bool` are 0 and 1. `data` may share its memory with the bytes it was read from.
 *
 * @example
 * ```ts
 * import type { HostTensor } from '@hrm/files';
 *
 * const weight: HostTensor = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * console.log(weight.shape.join(' x '), weight.data.length);
 * ```
 */
export interface HostTensor {
  readonly dtype: HostTensorDtype;
  readonly shape: readonly number[];
  readonly data: HostTensorData;
}

/** Tensors by name, as in a checkpoint or a safetensors file. A map, so any name is allowed (`__proto__`). */
export type NamedHostTensors = ReadonlyMap<string, HostTensor>;

interface ElementType {
  /** Bytes of one element in a file. */
  readonly bytes: number;
  readonly Array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => HostTensorData;
}

const elementTypes: { readonly [D in HostTensorDtype]: ElementType } = {
  float64: { bytes: 8, Array: Float64Array },
  float32: { bytes: 4, Array: Float32Array },
  float16: { bytes: 2, Array: Float32Array },
  bfloat16: { bytes: 2, Array: Float32Array },
  int64: { bytes: 8, Array: BigInt64Array },
  uint64: { bytes: 8, Array: BigUint64Array },
  int32: { bytes: 4, Array: Int32Array },
  uint32: { bytes: 4, Array: Uint32Array },
  int16: { bytes: 2, Array: Int16Array },
  uint16: { bytes: 2, Array: Uint16Array },
  int8: { bytes: 1, Array: Int8Array },
  uint8: { bytes: 1, Array: Uint8Array },
  bool: { bytes: 1, Array: Uint8Array },
};

/** The size and the array type of an element type. */
export function elementType(dtype: HostTensorDtype): ElementType {
  return elementTypes[dtype];
}

/** The number of elements of a shape; `undefined` above 2^53 - 1, where numbers are no longer exact. */
export function countElements(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Checks that `data`, `shape` and `dtype` fit together. Throws a TypeError or RangeError that names the tensor. */
export function expectHostTensor(name: string, { dtype, shape, data }: HostTensor): void {
  if (!Object.hasOwn(elementTypes, dtype)) {
    throw new TypeError(
      `tensor "${name}" has the unknown dtype ${String(dtype)}; expected one of ${Object.keys(elementTypes).join(', ')}`,
    );
  }
  if (!(data instanceof elementTypes[dtype].Array)) {
    throw new TypeError(
      `tensor "${name}" of dtype ${dtype} holds a ${(data as object).constructor.name}; expected a ${elementTypes[dtype].Array.name}`,
    );
  }
  const count = shape.every((size) => Number.isSafeInteger(size) && size >= 0) ? countElements(shape) : undefined;
  if (count !== data.length) {
    throw new RangeError(
      `tensor "${name}" has ${data.length} values; expected as many as its shape [${shape.join(', ')}] has elements`,
    );
  }
  if (dtype === 'bool' && (data as Uint8Array).some((value) => value > 1)) {
    throw new RangeError(`tensor "${name}" of dtype bool holds a value other than 0 and 1`);
  }
}
