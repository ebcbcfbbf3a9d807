import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../src/file-format-error';
import type { HostTensor, HostTensorDtype } from '../src/tensors/host-tensor';
import { parseSafetensors, serializeSafetensors } from '../src/safetensors/safetensors';
import { encodeElements } from '../src/tensors/tensor-elements';
import { arbitraryTensors, sharedDtypes } from './random-tensors';

/** A file with this header (JSON text, or a value to write as JSON) and this number of data bytes. */
function file(header: unknown, dataBytes = 0, statedLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, statedLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

function refusal(bytes: Uint8Array): FileFormatError {
  try {
    parseSafetensors(bytes, { path: 'x.safetensors' });
  } catch (error) {
    if (error instanceof FileFormatError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const everyDtype: readonly HostTensorDtype[] = [...sharedDtypes, 'uint16', 'uint32', 'uint64'];

test.each<[string, unknown, RegExp]>([
  [
    'a plain object',
    { format: 'pt' },
    /the metadata is an Object; expected a Map.*new Map\(Object\.entries\(metadata\)\)/,
  ],
  ['pairs', [['format', 'pt']], /the metadata is an Array; expected a Map.*new Map\(metadata\)/],
  ['text', 'pt', /the metadata is the string "pt"; expected a Map/],
  ['null', null, /the metadata is null; expected a Map/],
  ['a number as a value', new Map([['step', 5]]), /"step" of the metadata is the number 5; expected a string/],
  ['no value', new Map([['step', undefined]]), /"step" of the metadata is undefined; expected a string/],
  ['a list as a value', new Map([['step', ['5']]]), /"step" of the metadata is an Array; expected a string/],
  ['a number as a key', new Map([[5, 'x']]), /a key of the metadata is the number 5; expected a string/],
])('metadata that could not be read again is refused: %s', (_, metadata, expected) => {
  const write = () => serializeSafetensors(new Map(), metadata as ReadonlyMap<string, string>);
  expect(write).toThrow(TypeError);
  expect(write).toThrow(expected);
});

test('tensors without names are refused', () => {
  const one = { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) } as const;
  const write = (tensors: unknown) => () => serializeSafetensors(tensors as Parameters<typeof serializeSafetensors>[0]);
  expect(write(new Map([[5, one]]))).toThrow(TypeError('the name of a tensor is the number 5; expected a string'));
  expect(write({ x: one })).toThrow(TypeError);
  expect(write({ x: one })).toThrow(/^the tensors are an Object; expected a Map.*Object\.entries\(tensors\)/);
});

test('tensors with any names are read as they were written, bit for bit, from any address in memory', () => {
  const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 3 });
  fc.assert(
    fc.property(arbitraryTensors(everyDtype), metadata, fc.nat(7), (tensors, texts, shift) => {
      fc.pre(!tensors.has('__metadata__'));
      const bytes = serializeSafetensors(tensors, new Map(Object.entries(texts)));
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const read = parseSafetensors(moved);
      expect(new Map([...read.metadata].sort())).toEqual(new Map(Object.entries(texts).sort()));
      expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [name, tensor] of tensors) {
        const again = read.tensors.get(name)!;
        expect([again.dtype, again.shape]).toEqual([tensor.dtype, tensor.shape]);
        expect(Buffer.compare(encodeElements(again), encodeElements(tensor))).toBe(0);
      }
    }),
    { numRuns: 500, seed: 0 },
  );
});

test('a file written by hand is read', () => {
  const bytes = file(
    '{ "b":{"data_offsets":[2,10],"shape":[2,1],"dtype":"F32"},"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}} ',
    10,
  );
  new DataView(bytes.buffer).setUint16(bytes.length - 10, 0xc0a0, true);
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, 7, true);
  const { tensors, metadata } = parseSafetensors(bytes);
  expect(metadata.size).toBe(0);
  expect([...tensors]).toEqual([
    ['b', { dtype: 'float32', shape: [2, 1], data: Float32Array.of(0, 7) }],
    ['a', { dtype: 'bfloat16', shape: [], data: Float32Array.of(-5) }],
  ]);
});

test('the same tensors in another order give the same bytes, each tensor aligned', () => {
  const a: HostTensor = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) };
  const b: HostTensor = { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) };
  const bytes = serializeSafetensors(new Map([['a', a], ['b', b]])); // prettier-ignore
  expect(serializeSafetensors(new Map([['b', b], ['a', a]]))).toEqual(bytes); // prettier-ignore
  expect(parseSafetensors(bytes).tensors.get('b')!.data.buffer).toBe(bytes.buffer);
});

test('a tensor that does not fit its shape or dtype is not written', () => {
  const write = (tensor: unknown) => () => serializeSafetensors(new Map([['x', tensor as HostTensor]]));
  expect(write({ dtype: 'float32', shape: [3], data: new Float32Array(2) })).toThrow('"x" has 2 values');
  expect(write({ dtype: 'float32', shape: [1], data: new Int32Array(1) })).toThrow('holds a Int32Array');
  expect(write({ dtype: 'complex', shape: [1], data: new Float32Array(1) })).toThrow('unknown dtype complex');
  expect(write({ dtype: 'float32', shape: [-1, -1], data: new Float32Array(1) })).toThrow('shape [-1, -1]');
  expect(write({ dtype: 'bool', shape: [1], data: Uint8Array.of(2) })).toThrow('other than 0 and 1');
  const one: HostTensor = { dtype: 'uint8', shape: [], data: new Uint8Array(1) };
  expect(() => serializeSafetensors(new Map([['__metadata__', one]]))).toThrow('__metadata__');
  expect(() => serializeSafetensors(new Map([['\ud800', one]]))).toThrow('surrogate');
});

describe('refuses', () => {
  const x = entry(0, 4);
  const deep = '['.repeat(100_000);
  const cases: readonly (readonly [name: string, bytes: Uint8Array, message: string | RegExp])[] = [
    ['an empty file', new Uint8Array(), 'ends after 0 bytes'],
    ['7 bytes', new Uint8Array(7), 'byte 7: the file ends after 7 bytes'],
    ['a header longer than the file', file({ x }, 4, 1000n), 'claims to be 1000 bytes long; expected at most'],
    ['a header of 2^64 - 1 bytes', file({ x }, 4, 2n ** 64n - 1n), '18446744073709551615'],
    ['a JPEG picture', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1), /byte 8: no header starts here, so this is no safetensors file/], // prettier-ignore
    ['a header of 2^64 - 1 bytes that is cut off', file('', 0, 2n ** 64n - 1n), 'no header starts here'],
    ['a header beyond the limit', file('{', 26_000_000, 25_000_001n), 'at most 25000000 (the limit)'],
    ['a header of no bytes', file('', 0), 'does not start with "{"'],
    ['a header that starts with a space', file(' {}'), 'does not start with "{"'],
    ['a header with a byte-order mark', file('\ufeff{}'), 'does not start with "{"'],
    ['a list for a header', file('[]'), 'does not start with "{"'],
    ['invalid UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), 'not valid UTF-8'],
    ['an unfinished header', file('{"x"'), 'byte 12: in the header: the text ends too early; expected ":"'],
    ['text after the header', file('{} x'), 'byte 11: in the header: text follows the closing "}"'],
    ['NUL after the header', file('{}\0'), 'text follows'],
    ['two headers', file('{}{}'), 'text follows'],
    ['a trailing comma', file('{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},}'), 'expected a string'],
    ['nesting', file(`{"x":${deep}`), 'found "["; expected "{"'],
    ['nested shapes', file(`{"x":{"shape":${deep}`), 'found "["; expected an integer'],
    ['a name twice', file('{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), 'the key "x" appears twice'], // prettier-ignore
    [
      'a name twice, once escaped',
      file('{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0078":{}}'),
      'appears twice',
    ],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), 'appears twice'],
    ['a key of metadata twice', file('{"__metadata__":{"a":"1","a":"2"}}'), 'the key "a" appears twice'],
    [
      'a field twice',
      file('{"x":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      '"dtype" appears twice',
    ],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), 'found "1"; expected a string'],
    ['null metadata', file('{"__metadata__":null}'), 'expected "{"'],
    ['an unknown dtype', file({ x: { ...x, dtype: 'F33' } }, 4), 'unknown dtype "F33"; expected one of F64'],
    ['a dtype of Object', file({ x: { ...x, dtype: 'constructor' } }, 4), 'unknown dtype "constructor"'],
    ['an unknown field', file({ x: { ...x, extra: 1 } }, 4), 'unknown field "extra"'],
    ['__proto__ as a field', file('{"x":{"__proto__":{}}}'), 'unknown field "__proto__"'],
    ['a missing field', file({ x: { dtype: 'F32', shape: [1] } }, 4), 'the entry of "x" lacks a field'],
    ['one offset', file({ x: { ...x, data_offsets: [0] } }, 4), 'lacks a field'],
    ['three offsets', file({ x: { ...x, data_offsets: [0, 4, 4] } }, 4), 'the list is too long'],
    ['65 dimensions', file({ x: { ...x, shape: Array(65).fill(1) } }, 4), 'the list is too long; expected at most 64'],
    ['a negative size', file({ x: { ...x, shape: [-1] } }, 4), 'found "-"; expected an integer'],
    ['a fraction', file('{"x":{"shape":[1.0]'), 'found "."'],
    ['an exponent', file('{"x":{"shape":[1e0]'), 'found "e"'],
    ['a leading zero', file('{"x":{"shape":[01]'), 'starts with 0'],
    ['a size of 2^53', file('{"x":{"shape":[9007199254740992]'), 'the number is too large'],
    ['a size of 400 digits', file(`{"x":{"shape":[${'9'.repeat(400)}]`), 'the number is too large'],
    ['sizes that overflow', file({ x: { ...x, shape: [2 ** 32, 2 ** 32] } }, 4), 'the shape of "x" is too large'],
    ['a byte count that overflows', file({ x: { ...x, shape: [2 ** 51], dtype: 'F64' } }, 4), 'is too large'],
    [
      'sizes that overflow to 0',
      file({ x: { ...x, shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] } }),
      'too large',
    ],
    ['fewer bytes than the shape has', file({ x: { ...x, shape: [2] } }, 4), 'span 4 bytes; expected 8, for float32'],
    ['offsets backwards', file({ x: { ...x, data_offsets: [4, 0] } }, 4), 'span -4 bytes'],
    ['a hole before', file({ x: entry(4, 8) }, 8), 'the tensor "x" leaves a hole before it'],
    ['a hole between', file({ x, y: entry(8, 12) }, 12), 'the tensor "y" leaves a hole before it'],
    ['an overlap', file({ x, y: entry(0, 4) }, 4), 'overlaps another'],
    ['a partial overlap', file({ x: entry(0, 8), y: entry(4, 12) }, 12), 'the tensor "y" overlaps another'],
    ['bytes left over', file({ x }, 5), /is \d+ bytes long; expected exactly \d+, where its last tensor ends/],
    ['bytes missing', file({ x }, 3), 'bytes long; expected exactly'],
    ['data without tensors', file({}, 1), 'bytes long; expected exactly 10'],
    ['an end far away', file({ x: entry(0, 2 ** 50, [2 ** 48]) }, 4), 'bytes long; expected exactly'],
    ['an empty tensor past the end', file({ x: entry(8, 8, [0]) }), 'leaves a hole'],
    ['a boolean of 2', (() => { const b = file({ x: entry(0, 2, [2], 'BOOL') }, 2); b[b.length - 1] = 2; return b; })(), 'holds 2; expected 0 or 1'], // prettier-ignore
    ['half a surrogate pair', file('{"\\ud83d":{}}'), 'half a surrogate pair'],
    ['a low surrogate first', file('{"\\ude00\\ud83d":{}}'), 'half a surrogate pair'],
    ['a high surrogate and no low one', file('{"\\ud83d\\ue000":{}}'), 'half a surrogate pair'],
    ['a raw control character', file('{"\n":{}}'), 'control character'],
    ['an unknown escape', file('{"\\x41":{}}'), 'unknown escape'],
    ['an unfinished escape', file('{"\\u12'), 'unfinished \\u escape'],
    ['an unclosed string', file('{"abc'), 'the string is not closed'],
    ['single quotes', file("{'x':{}}"), 'expected a string'],
    ['a comment', file('{/**/}'), 'expected a string'],
  ];

  test.each(cases)('%s', (_name, bytes, message) => {
    const error = refusal(bytes);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^x\.safetensors, byte \d+: /);
    expect(error.expected).toBeTruthy();
  });

  test('every truncation of a file', () => {
    const whole = serializeSafetensors(new Map([['x', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]));
    parseSafetensors(whole);
    for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
  });

  test('long names with short messages', () => {
    const name = 'n'.repeat(1_000_000);
    expect(refusal(file({ [name]: entry(4, 8) }, 8)).message.length).toBeLessThan(400);
  });

  test('more tensors than the limit', () => {
    const many = Array.from({ length: 100_001 }, (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`);
    expect(refusal(file(`{${many.join(',')}}`)).message).toContain('too many tensors; expected at most 100000');
  });
});

test('every escape is read, and a string of escapes takes little memory', () => {
  const { metadata } = parseSafetensors(
    file('{"__metadata__":{"\\"\\\\\\/\\b\\f\\n\\r\\t":"\\u00b5\\ud83d\\ude00\\u0000"}}'),
  );
  expect([...metadata]).toEqual([['"\\/\b\f\n\r\t', 'µ😀\0']]);
  const bytes = file(`{"__metadata__":{"x":"${'\\n'.repeat(5_000_000)}"}}`);
  const before = process.memoryUsage().heapUsed;
  const text = parseSafetensors(bytes).metadata.get('x')!;
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(80e6);
  expect(text.length).toBe(5_000_000);
});

test('names with a meaning in JavaScript are plain names', () => {
  const bytes = file(
    '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"__proto__":"y"}}',
    1,
  );
  const { tensors, metadata } = parseSafetensors(bytes);
  expect([...tensors.keys()]).toEqual(['__proto__']);
  expect([...metadata]).toEqual([['__proto__', 'y']]);
  expect(({} as Record<string, unknown>).dtype).toBeUndefined();
});
