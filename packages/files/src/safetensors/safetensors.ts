import { describeGiven } from '../checks/describe-given';
import { expectOptions } from '../checks/expect-options';
import { FileFormatError, quoteName } from '../file-format-error';
import {
  expectHostTensor,
  elementType,
  type HostTensor,
  type HostTensorDtype,
  type NamedHostTensors,
} from '../tensors/host-tensor';
import { decodeElements, encodeElements } from '../tensors/tensor-elements';
import {
  lengthBytes,
  metadataKey,
  readSafetensorsHeader,
  safetensorsDtypes,
  type SafetensorsEntry,
} from './safetensors-header';

/** The contents of a safetensors file. */
export interface Safetensors {
  /** The tensors, in the order of the header. */
  readonly tensors: NamedHostTensors;
  /** Free text by key (`__metadata__`). */
  readonly metadata: ReadonlyMap<string, string>;
}

const dtypeCodes: ReadonlyMap<HostTensorDtype, string> = new Map(
  [...safetensorsDtypes].map(([code, dtype]) => [dtype, code]),
);

/**
 * Reads a safetensors file. Python's `safetensors` reads every accepted file as the same tensors.
 *
 * Refuses a header that is too long or has unknown fields, duplicate names, unknown dtypes, sizes that do not fit the
 * shapes, data with holes, overlaps or a rest, and files beyond the {@link SAFETENSORS_LIMITS}. Tensors are views of
 * `bytes` where alignment allows. 16-bit floats are widened, so memory stays within twice the file.
 *
 * @param bytes The whole file.
 * @param options.path Names the file in errors.
 * @throws {@link FileFormatError}
 * @see https://github.com/huggingface/safetensors (the format)
 *
 * @example
 * ```ts
 * import { parseSafetensors, serializeSafetensors } from '@hrm/files';
 *
 * const bytes = serializeSafetensors(new Map([['x', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]));
 * const { tensors } = parseSafetensors(bytes, { path: 'x.safetensors' });
 * console.log(tensors.get('x')?.data); // Float32Array [1, 2]
 * ```
 */
export function parseSafetensors(bytes: Uint8Array, options: { readonly path?: string } = {}): Safetensors {
  expectOptions('parseSafetensors', options, ['path']);
  const { path } = options;
  const header = readSafetensorsHeader(bytes, path);
  const dataStart = lengthBytes + header.bytes;
  expectGapless(header.entries, dataStart, bytes.byteLength, path);
  const tensors = new Map<string, HostTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    const stored = bytes.subarray(dataStart + begin, dataStart + end);
    if (dtype === 'bool') expectBooleans(stored, name, dataStart + begin, path);
    tensors.set(name, { dtype, shape, data: decodeElements(dtype, stored) });
  }
  return { tensors, metadata: header.metadata };
}

/**
 * Writes a safetensors file. The same tensors and metadata always give the same bytes.
 *
 * All tensors are aligned: the header is padded, and the tensors are sorted (widest elements first, then by name).
 *
 * @param metadata Free text by key, stored with the tensors.
 * @throws TypeError or RangeError where a tensor's data, shape and dtype do not fit together, or a name cannot be
 *   written; TypeError where `tensors` or `metadata` is no Map, or a name, key or text is no string.
 *
 * @example
 * ```ts
 * import { serializeSafetensors } from '@hrm/files';
 *
 * const bias = { dtype: 'float32', shape: [2], data: Float32Array.of(-5, -5) } as const;
 * const bytes = serializeSafetensors(new Map([['q_head.bias', bias]]), new Map([['format', 'pt']]));
 * console.log(bytes.byteLength);
 * ```
 */
export function serializeSafetensors(
  tensors: NamedHostTensors,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  expectMap('the tensors are', tensors, 'tensors');
  expectMap('the metadata is', metadata, 'metadata');
  const fields: string[] = [];
  if (metadata.size > 0) {
    const texts = [...metadata].map(([key, text]) => {
      expectString('a key of the metadata', key);
      expectString(`${quoteName(key)} of the metadata`, text);
      return `${quote(key)}:${quote(text)}`;
    });
    fields.push(`"${metadataKey}":{${texts.join(',')}}`);
  }
  const stored: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of [...tensors].sort(compareStorageOrder)) {
    expectString('the name of a tensor', name);
    if (name === metadataKey) throw new RangeError(`a tensor is named ${metadataKey}, which is reserved; rename it`);
    expectHostTensor(name, tensor);
    const elements = encodeElements(tensor);
    const end = offset + elements.byteLength;
    fields.push(
      `${quote(name)}:{"dtype":"${dtypeCodes.get(tensor.dtype)!}","shape":[${tensor.shape.join(',')}],"data_offsets":[${offset},${end}]}`,
    );
    stored.push(elements);
    offset = end;
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, lengthBytes);
  bytes.fill(0x20, lengthBytes + header.length, lengthBytes + headerBytes);
  let position = lengthBytes + headerBytes;
  for (const elements of stored) {
    bytes.set(elements, position);
    position += elements.byteLength;
  }
  return bytes;
}

/** Checks that the tensors, in some order, fill the data without gaps, overlaps or a rest. */
function expectGapless(
  entries: readonly SafetensorsEntry[],
  dataStart: number,
  fileBytes: number,
  path?: string,
): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== filled) {
      throw new FileFormatError({
        path,
        offset: dataStart + Math.min(begin, filled),
        problem: `the tensor ${quoteName(name)} ${begin > filled ? 'leaves a hole before it' : 'overlaps another'}`,
        expected: `its data to begin at byte ${dataStart + filled}`,
      });
    }
    filled = end;
  }
  if (dataStart + filled !== fileBytes) {
    throw new FileFormatError({
      path,
      offset: Math.min(dataStart + filled, fileBytes),
      problem: `the file is ${fileBytes} bytes long`,
      expected: `exactly ${dataStart + filled}, where its last tensor ends`,
    });
  }
}

function expectBooleans(stored: Uint8Array, name: string, offset: number, path: string | undefined): void {
  const index = stored.findIndex((value) => value > 1);
  if (index === -1) return;
  const problem = `the tensor ${quoteName(name)} of booleans holds ${stored[index]}`;
  throw new FileFormatError({ path, offset: offset + index, problem, expected: '0 or 1' });
}

function expectMap(whatIs: string, given: unknown, variable: string): void {
  if (given instanceof Map) return;
  const pairs = Array.isArray(given) ? variable : `Object.entries(${variable})`;
  const fix = typeof given === 'object' && given !== null ? `: new Map(${pairs})` : '';
  throw new TypeError(`${whatIs} ${describeGiven(given)}; expected a Map${fix}`);
}

function expectString(what: string, given: unknown): void {
  if (typeof given !== 'string') throw new TypeError(`${what} is ${describeGiven(given)}; expected a string`);
}

function quote(text: string): string {
  if (!isWellFormed(text)) throw new RangeError(`${JSON.stringify(text)} holds half a surrogate pair; rename it`);
  return JSON.stringify(text);
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function compareStorageOrder([aName, a]: [string, HostTensor], [bName, b]: [string, HostTensor]): number {
  return elementType(b.dtype).bytes - elementType(a.dtype).bytes || (aName < bName ? -1 : 1);
}
