import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from './half-precision';
import { elementType, type HostTensor, type HostTensorData, type HostTensorDtype } from './host-tensor';

/**
 * Decodes a tensor's bytes in a file (little-endian, row-major). Returns a view of `bytes` where alignment allows, else
 * a copy. Widens 16-bit floats.
 */
export function decodeElements(dtype: HostTensorDtype, bytes: Uint8Array): HostTensorData {
  expectLittleEndian();
  if (dtype === 'bfloat16') return widenBfloat16(viewAs(Uint16Array, bytes, 2) as Uint16Array);
  if (dtype === 'float16') return widenFloat16(viewAs(Uint16Array, bytes, 2) as Uint16Array);
  const type = elementType(dtype);
  return viewAs(type.Array, bytes, type.bytes);
}

/** The memory in bytes that {@link decodeElements} allocates: 0 for a view. */
export function decodingMemory(dtype: HostTensorDtype, bytes: Uint8Array): number {
  const { bytes: size } = elementType(dtype);
  const copied = bytes.byteOffset % size === 0 ? 0 : bytes.byteLength;
  return dtype === 'bfloat16' || dtype === 'float16' ? copied + 2 * bytes.byteLength : copied;
}

/**
 * Encodes a tensor's values for a file (little-endian, row-major). Returns a view of its data. Rounds 16-bit floats.
 */
export function encodeElements({ dtype, data }: HostTensor): Uint8Array {
  expectLittleEndian();
  const stored =
    dtype === 'bfloat16'
      ? narrowToBfloat16(data as Float32Array)
      : dtype === 'float16'
        ? narrowToFloat16(data as Float32Array)
        : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function viewAs<T>(
  Array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T,
  bytes: Uint8Array,
  size: number,
): T {
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

function expectLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new Error('files of tensors are little-endian and this machine is not; reading them here is not supported');
  }
}
