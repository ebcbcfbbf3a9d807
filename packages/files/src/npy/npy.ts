import { describeGiven } from '../checks/describe-given';
import { FileFormatError } from '../file-format-error';
import { formatNpyHeader, MAX_HEADER_BYTES, type NpyHeader, type NpyType, parseNpyHeader } from './npy-header';

/** The arrays that hold .npy data in memory. */
export type NpyData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An array of an .npy file, in C order. */
export interface NpyArray {
  /** The element type in the file. */
  type: NpyType;
  shape: number[];
  /** One element for each index of the shape. For type 'i8' an Int32Array. */
  data: NpyData;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const ELEMENT_BYTES: Readonly<Record<NpyType, number>> = { u1: 1, i1: 1, i2: 2, i4: 4, i8: 8, f4: 4, f8: 8 };

/** Throws the error for a problem at a byte of the file. */
type NpyProblemReporter = (problem: string, expected: string, offset: number) => never;

/** Finds the header's text and the data in a file. Checks the length of the header before it reads it. */
function splitHeader(bytes: Uint8Array, fail: NpyProblemReporter): { text: string; textAt: number; dataAt: number } {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    fail('this is not an .npy file', 'one that begins with \\x93NUMPY', 0);
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major === undefined || minor === undefined) return fail('the file ends in its version', 'a header', bytes.length);
  if (major < 1 || major > 3 || minor !== 0) fail(`the version is ${major}.${minor}`, '1.0, 2.0 or 3.0', 6);
  const textAt = major === 1 ? 10 : 12;
  if (bytes.length < textAt) fail('the file ends before the length of its header', 'a header', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > MAX_HEADER_BYTES) fail(`the header has ${headerBytes} bytes`, `at most ${MAX_HEADER_BYTES}`, 8);
  const dataAt = textAt + headerBytes;
  if (bytes.length < dataAt) fail('the file ends in its header', `a header of ${headerBytes} bytes`, bytes.length);
  // The header's grammar is ASCII. Any other byte becomes a character that the parser refuses.
  const text = Array.from(bytes.subarray(textAt, dataAt), (byte) => String.fromCharCode(byte)).join('');
  return { text, textAt, dataAt };
}

/** The number of elements; `undefined` where the size of the axes longer than 0 is more than 2^53 - 1 bytes. */
function countElements(shape: number[], elementBytes: number): number | undefined {
  const bytes = shape.filter((length) => length !== 0).reduce((product, length) => product * length, elementBytes);
  if (bytes > Number.MAX_SAFE_INTEGER) return undefined;
  return shape.includes(0) ? 0 : bytes / elementBytes;
}

function narrowInt64(bytes: Uint8Array, dataAt: number, count: number, fail: NpyProblemReporter): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, count * 8);
  const data = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const low = view.getInt32(index * 8, true);
    // The value fits in 32 bits if the upper half only repeats the sign.
    if (view.getInt32(index * 8 + 4, true) !== low >> 31) {
      const value = view.getBigInt64(index * 8, true);
      fail(`element ${index} is ${value}`, '64-bit integers within 32 bits', dataAt + index * 8);
    }
    data[index] = low;
  }
  return data;
}

/**
 * Reads an .npy file of version 1.0 to 3.0, like `numpy.load` with `allow_pickle=False`.
 *
 * Accepts little-endian u1, i1, i2, i4, i8, f4 and f8 in C order, a header of at most 10,000 bytes, and exactly the
 * bytes of data that the shape needs. 64-bit integers must fit in 32 bits. Evaluates nothing. Copies the data once.
 *
 * @param bytes the whole file.
 * @param options `path` names the file in errors.
 * @throws {@link FileFormatError} with the byte, what was wrong and what was expected.
 *
 * @example
 * ```ts
 * import { parseNpy, serializeNpy } from '@hrm/files';
 *
 * const bytes = serializeNpy({ shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6) });
 * const { type, shape, data } = parseNpy(bytes);
 * console.log(type, shape, data); // i4 [ 2, 3 ] Int32Array(6) [ 1, 2, 3, 4, 5, 6 ]
 * ```
 */
export function parseNpy(bytes: Uint8Array, { path }: { readonly path?: string } = {}): NpyArray {
  const fail: NpyProblemReporter = (problem, expected, offset) => {
    throw new FileFormatError({ path, offset, problem, expected });
  };
  const { text, textAt, dataAt } = splitHeader(bytes, fail);
  const { type, shape } = parseNpyHeader(text, (found, expected, at) =>
    fail(`the .npy header has ${found}`, expected, textAt + at),
  );
  const elementBytes = ELEMENT_BYTES[type];
  const count =
    countElements(shape, elementBytes) ??
    fail(`the shape (${shape.join(', ')}) is too large`, 'a size below 2^53 bytes', textAt);
  const dataBytes = count * elementBytes;
  if (bytes.length - dataAt !== dataBytes) {
    fail(
      `there are ${bytes.length - dataAt} bytes of data`,
      `${dataBytes} for the shape (${shape.join(', ')}) of ${type}`,
      Math.min(bytes.length, dataAt + dataBytes),
    );
  }
  if (type === 'i8') return { type, shape, data: narrowInt64(bytes, dataAt, count, fail) };
  // A copy, because a typed array must begin at a multiple of its element's size. Not `slice`: a slice of a Node Buffer
  // shares its memory.
  const { buffer } = new Uint8Array(bytes.subarray(dataAt));
  const read: Record<Exclude<NpyType, 'i8'>, () => NpyData> = {
    u1: () => new Uint8Array(buffer),
    i1: () => new Int8Array(buffer),
    i2: () => new Int16Array(buffer),
    i4: () => new Int32Array(buffer),
    f4: () => new Float32Array(buffer),
    f8: () => new Float64Array(buffer),
  };
  return { type, shape, data: read[type]() };
}

const writtenTypes = [
  { ArrayType: Uint8Array, type: 'u1', dtype: 'uint8' },
  { ArrayType: Int8Array, type: 'i1', dtype: 'int8' },
  { ArrayType: Int16Array, type: 'i2', dtype: 'int16' },
  { ArrayType: Int32Array, type: 'i4', dtype: 'int32' },
  { ArrayType: Float32Array, type: 'f4', dtype: 'float32' },
  { ArrayType: Float64Array, type: 'f8', dtype: 'float64' },
] as const;

/** The type that is written. Refuses a tensor of a dtype that its array does not show, such as bfloat16. */
function typeOf({ data, dtype }: { readonly data: unknown; readonly dtype?: unknown }): NpyType {
  const written = writtenTypes.find(({ ArrayType }) => data instanceof ArrayType);
  if (written === undefined) {
    const expected = writtenTypes.map(({ ArrayType }) => ArrayType.name).join(', ');
    throw new TypeError(`the data is ${describeGiven(data)}; expected a ${expected} (asInt32 and asFloat32 convert)`);
  }
  if (dtype !== undefined && dtype !== written.dtype) {
    throw new TypeError(
      `the tensor has dtype ${String(dtype)}, but its ${written.ArrayType.name} would write ${written.dtype}; ` +
        'if that is meant, give only { shape, data }',
    );
  }
  return written.type;
}

/**
 * Writes an .npy file, version 1.0, byte for byte as `numpy.save` does.
 *
 * @param array the elements in C order and their shape. The typed array sets the element type: Uint8Array u1, Int8Array
 *   i1, Int16Array i2, Int32Array i4, Float32Array f4, Float64Array f8.
 * @throws TypeError for any other data, and for a tensor whose `dtype` would be lost (float16, bfloat16, bool);
 *   RangeError when the shape does not fit the number of elements, or has more than 32 axes.
 *
 * @example
 * ```ts
 * import { serializeNpy } from '@hrm/files';
 *
 * const bytes = serializeNpy({ shape: [4], data: Float32Array.of(0, 0.5, 1, 1.5) });
 * console.log(bytes.length); // 144: a header of 128 bytes and 4 elements of 4
 * ```
 */
export function serializeNpy(array: Pick<NpyArray, 'shape' | 'data'>): Uint8Array {
  const { shape, data } = array;
  const type = typeOf(array);
  const lengths = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!lengths || shape.length > 32 || shape.reduce((product, length) => product * length, 1) !== data.length) {
    throw new RangeError(`The shape (${shape.join(', ')}) does not fit ${data.length} elements.`);
  }
  const header = serializeNpyHeader({ type, shape });
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/**
 * Returns the beginning of an .npy file: all that comes before the elements. Write it first if the elements do not fit
 * into memory, and the elements after it, in C order.
 *
 * @example
 * ```ts
 * import { parseNpy, serializeNpyHeader } from '@hrm/files';
 *
 * const bytes = Uint8Array.of(...serializeNpyHeader({ type: 'u1', shape: [3] }), 7, 8, 9);
 * console.log(parseNpy(bytes).data); // Uint8Array(3) [ 7, 8, 9 ]
 * ```
 */
export function serializeNpyHeader(header: NpyHeader): Uint8Array {
  const text = formatNpyHeader(header);
  return Uint8Array.of(...MAGIC, 1, 0, text.length & 255, text.length >> 8, ...new TextEncoder().encode(text));
}
