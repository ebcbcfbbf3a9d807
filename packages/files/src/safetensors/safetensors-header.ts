import { FileFormatError, quoteName } from '../file-format-error';
import { countElements, elementType, type HostTensorDtype } from '../tensors/host-tensor';
import { JsonScanner } from '../json-scanner';

/** The limits of {@link parseSafetensors}. A larger file is refused before memory is allocated for it. */
export const SAFETENSORS_LIMITS = Object.freeze({
  /** Bytes of the header. */
  headerBytes: 25_000_000,
  /** Tensors. */
  tensors: 100_000,
  /** Entries of the metadata. */
  metadataEntries: 100_000,
  /** Dimensions of a tensor. */
  dimensions: 64,
});

/** The element types by their names in the header. */
export const safetensorsDtypes: ReadonlyMap<string, HostTensorDtype> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['U64', 'uint64'],
  ['I32', 'int32'],
  ['U32', 'uint32'],
  ['I16', 'int16'],
  ['U16', 'uint16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** The key of the metadata in the header. All other keys are names of tensors. */
export const metadataKey = '__metadata__';
/** The size of the header's length, which is stored before the header. */
export const lengthBytes = 8;

/** The character {, with which the header starts. */
const BRACE = 0x7b;

/** The header's entry of a tensor. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: HostTensorDtype;
  readonly shape: readonly number[];
  /** Where the tensor's bytes begin and end, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** The contents of the header. */
export interface SafetensorsHeader {
  /** The length of the header, without the {@link lengthBytes} before it. */
  readonly bytes: number;
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Reads and checks the header. The caller checks that the data fits it. */
export function readSafetensorsHeader(bytes: Uint8Array, path: string | undefined): SafetensorsHeader {
  const length = bytes.byteLength;
  if (length < lengthBytes) {
    throw new FileFormatError({
      path,
      offset: length,
      problem: `the file ends after ${length} bytes`,
      expected: 'a safetensors file: 8 bytes of header length first',
    });
  }
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(SAFETENSORS_LIMITS.headerBytes, length - lengthBytes);
  // Any other file, such as a picture, claims some length as well: say what it is not, instead of that length.
  if (headerBytes > limit && bytes[lengthBytes] !== BRACE) {
    throw new FileFormatError({
      path,
      offset: lengthBytes,
      problem: 'no header starts here, so this is no safetensors file',
      expected: '8 bytes of header length, and then the header, which starts with {',
    });
  }
  if (headerBytes > limit) {
    throw new FileFormatError({
      path,
      offset: 0,
      problem: `the header claims to be ${headerBytes} bytes long`,
      expected: `at most ${limit} (${limit === SAFETENSORS_LIMITS.headerBytes ? 'the limit' : 'the rest of the file'})`,
    });
  }
  const text = decodeHeaderText(bytes.subarray(lengthBytes, lengthBytes + Number(headerBytes)), path);
  const scanner = new JsonScanner(text, (problem, expected, index) => {
    const offset = lengthBytes + new TextEncoder().encode(text.slice(0, index)).length;
    throw new FileFormatError({ path, offset, problem: `in the header: ${problem}`, expected });
  });
  return { bytes: Number(headerBytes), ...readHeaderFields(scanner) };
}

function decodeHeaderText(header: Uint8Array, path: string | undefined): string {
  if (header[0] !== 0x7b) {
    throw new FileFormatError({
      path,
      offset: lengthBytes,
      problem: 'the header does not start with "{"',
      expected: 'a safetensors file',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch (cause) {
    const problem = 'the header is not valid UTF-8';
    throw new FileFormatError({ path, offset: lengthBytes, problem, expected: 'JSON text', cause });
  }
}

function readHeaderFields(scanner: JsonScanner): Omit<SafetensorsHeader, 'bytes'> {
  const entries: SafetensorsEntry[] = [];
  const names = new Set<string>();
  const metadata = new Map<string, string>();
  const readTensorOrMetadata = (name: string, index: number) => {
    names.add(name);
    if (name === metadataKey) {
      readMetadata(scanner, metadata);
    } else {
      if (entries.length === SAFETENSORS_LIMITS.tensors) {
        scanner.fail('there are too many tensors', `at most ${SAFETENSORS_LIMITS.tensors}`, index);
      }
      entries.push(readEntry(scanner, name));
    }
  };
  scanner.readObject(readTensorOrMetadata, (name) => names.has(name));
  const rest = scanner.index;
  if (rest < scanner.text.length) scanner.fail('text follows the closing "}"', 'spaces only', rest);
  return { entries, metadata };
}

function readMetadata(scanner: JsonScanner, metadata: Map<string, string>): void {
  const readText = (key: string, index: number) => {
    if (metadata.size === SAFETENSORS_LIMITS.metadataEntries) {
      scanner.fail('there is too much metadata', `at most ${SAFETENSORS_LIMITS.metadataEntries} entries`, index);
    }
    metadata.set(key, scanner.readString());
  };
  scanner.readObject(readText, (key) => metadata.has(key));
}

function readEntry(scanner: JsonScanner, name: string): SafetensorsEntry {
  const start = scanner.index;
  let dtype: HostTensorDtype | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const readField = (field: string, index: number) => {
    if (field === 'dtype') {
      const codeIndex = scanner.index;
      const code = scanner.readString();
      dtype =
        safetensorsDtypes.get(code) ??
        scanner.fail(
          `unknown dtype ${quoteName(code)}`,
          `one of ${[...safetensorsDtypes.keys()].join(', ')}`,
          codeIndex,
        );
    } else if (field === 'shape') {
      shape = scanner.readIntegers(SAFETENSORS_LIMITS.dimensions);
    } else if (field === 'data_offsets') {
      offsets = scanner.readIntegers(2);
    } else {
      scanner.fail(`unknown field ${quoteName(field)}`, 'dtype, shape and data_offsets', index);
    }
  };
  const isSeen = (field: string) =>
    (field === 'dtype' && dtype !== undefined) ||
    (field === 'shape' && shape !== undefined) ||
    (field === 'data_offsets' && offsets !== undefined);
  scanner.readObject(readField, isSeen);
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
    return scanner.fail(`the entry of ${quoteName(name)} lacks a field`, 'dtype, shape and two data_offsets', start);
  }
  const count = countElements(shape);
  const size = count === undefined ? undefined : count * elementType(dtype).bytes;
  if (size === undefined || !Number.isSafeInteger(size)) {
    return scanner.fail(`the shape of ${quoteName(name)} is too large`, 'a size below 2^53 bytes', start);
  }
  if (end - begin !== size) {
    const problem = `the data_offsets of ${quoteName(name)} span ${end - begin} bytes`;
    scanner.fail(problem, `${size}, for ${dtype} of shape [${shape.join(', ')}]`, start);
  }
  return { name, dtype, shape, begin, end };
}
