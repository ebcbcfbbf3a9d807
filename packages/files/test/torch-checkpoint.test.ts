import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../src/zip/crc32';
import { FileFormatError } from '../src/file-format-error';
import type { HostTensor } from '../src/tensors/host-tensor';
import { serializeTorchCheckpoint } from '../src/torch/serialize-torch-checkpoint';
import { encodeElements } from '../src/tensors/tensor-elements';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';
import { writeZip } from '../src/zip/zip-writer';
import { arbitraryTensors } from './random-tensors';
import { bytesOf, pickleTensors, torchFile, type TensorFacts, type TorchFileParts } from './torch-file';

const sample = (name: string) => readFileSync(new URL(`testdata/official-run/${name}`, import.meta.url));

function refusal(bytes: Uint8Array): FileFormatError {
  try {
    parseTorchCheckpoint(bytes, { path: 'step_1' });
  } catch (error) {
    if (error instanceof FileFormatError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

/** A checkpoint of one tensor (default: float32) on a storage of 6 elements. */
function oneTensor(facts: Partial<TensorFacts> = {}, rest: Omit<TorchFileParts, 'pickle'> = {}): Uint8Array {
  const pickle = pickleTensors({ x: { count: 6, shape: [6], stride: [1], ...facts } });
  const storage = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
  return torchFile({ pickle, storages: [storage], ...rest });
}

describe('official checkpoints', () => {
  type Expected = Record<string, Record<string, [dtype: string, shape: number[], sha256: string]>>;
  const expected = JSON.parse(sample('expected.json').toString()) as Expected;

  test.each(['sudoku', 'maze'])('%s/step_500 is read as in PyTorch', (task) => {
    const tensors = parseTorchCheckpoint(sample(`${task}/step_500`));
    const described = [...tensors].map(([name, tensor]) => {
      const sha256 = createHash('sha256').update(encodeElements(tensor)).digest('hex');
      return [`_orig_mod.${name}`, [tensor.dtype, tensor.shape, sha256]];
    });
    expect(described.length).toBe(15);
    expect(Object.fromEntries(described)).toEqual(expected[task]);
  });

  test('a rewritten checkpoint is read as the same tensors, and the same tensors give the same bytes', () => {
    const tensors = parseTorchCheckpoint(sample('sudoku/step_500'));
    const again = serializeTorchCheckpoint(tensors);
    expect(parseTorchCheckpoint(again)).toEqual(tensors);
    expect(Buffer.compare(serializeTorchCheckpoint(tensors), again)).toBe(0);
  });

  test('tensors share the memory of the file', () => {
    const bytes = new Uint8Array(sample('maze/step_500'));
    const weight = parseTorchCheckpoint(bytes).get('model.inner.lm_head.weight')!;
    expect(weight.data.buffer).toBe(bytes.buffer);
  });
});

test('tensors with any names are read as they were written, bit for bit', () => {
  fc.assert(
    fc.property(arbitraryTensors(), (tensors) => {
      fc.pre([...tensors.keys()].every((name) => !name.startsWith('_orig_mod.')));
      const read = parseTorchCheckpoint(serializeTorchCheckpoint(tensors));
      expect([...read.keys()]).toEqual([...tensors.keys()]);
      for (const [name, tensor] of tensors) {
        const again = read.get(name)!;
        expect([again.dtype, again.shape]).toEqual([tensor.dtype, tensor.shape]);
        expect(Buffer.compare(encodeElements(again), encodeElements(tensor))).toBe(0);
      }
    }),
    { numRuns: 500, seed: 0 },
  );
});

test('views of a storage are read element by element', () => {
  const dimension = fc.record({ size: fc.integer({ min: 0, max: 4 }), stride: fc.integer({ min: 0, max: 5 }) });
  const classes = { FloatStorage: 4, HalfStorage: 2, DoubleStorage: 8, ByteStorage: 1 } as const;
  const storageClass = fc.constantFrom(...(Object.keys(classes) as (keyof typeof classes)[]));
  fc.assert(
    fc.property(fc.array(dimension, { maxLength: 4 }), fc.nat(3), storageClass, (dimensions, offset, name) => {
      const shape = dimensions.map(({ size }) => size);
      const stride = dimensions.map((d) => d.stride);
      const count = 100;
      const storage = Uint8Array.from({ length: count * classes[name] }, (_, i) => (i * 37) % 120);
      const pickle = pickleTensors({ x: { storageClass: name, count, offset, shape, stride } });
      const whole = pickleTensors({ x: { storageClass: name, count, shape: [count], stride: [1] } });
      const { data } = parseTorchCheckpoint(torchFile({ pickle: whole, storages: [storage] })).get('x')!;
      const view = parseTorchCheckpoint(torchFile({ pickle, storages: [storage] })).get('x')!;
      let elements = [offset];
      for (const { size, stride: step } of dimensions) {
        elements = elements.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * step));
      }
      expect([...view.data]).toEqual(elements.map((element) => data[element]));
      expect(view.shape).toEqual(shape);
    }),
    { numRuns: 500, seed: 0 },
  );
});

test('the prefix _orig_mod. is removed from a name once', () => {
  const facts = { count: 6, shape: [6], stride: [1] };
  const names = ['_orig_mod.a', '_orig_mod._orig_mod.b', 'c._orig_mod.d', '__proto__', '_orig_mod.'];
  const pickle = pickleTensors(Object.fromEntries(names.map((name) => [name, facts])));
  const withProto = torchFile({ pickle, storages: [new Uint8Array(24)] });
  expect([...parseTorchCheckpoint(withProto).keys()]).toEqual(['a', '_orig_mod.b', 'c._orig_mod.d', '__proto__', '']);
  const twice = pickleTensors({ '_orig_mod.a': facts, a: facts });
  expect(refusal(torchFile({ pickle: twice, storages: [new Uint8Array(24)] })).message).toContain(
    '"a" appears with and',
  );
});

/** The instruction that creates a string. */
const text = (value: string) => bytesOf('X', value.length, 0, 0, 0, value);
const orderedDict = bytesOf('ccollections\nOrderedDict\n)R');

/** The instructions that create a tensor of 6 elements. `rest` takes the place of its hooks. */
const rawTensor = (rest: Uint8Array = orderedDict) =>
  bytesOf('ctorch._utils\n_rebuild_tensor_v2\n((', text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu'), 'K', 6, 'tQK', 0, 'K', 6, 0x85, 'K', 1, 0x85, 0x89, rest, 'tR'); // prettier-ignore

test('state dicts of Module.state_dict: an OrderedDict with _metadata, parameters, a shared storage', () => {
  const parameter = bytesOf('ctorch._utils\n_rebuild_parameter\n', rawTensor(), 0x88, orderedDict, 0x87, 'R');
  const metadata = bytesOf('}', text('_metadata'), orderedDict, '(', text(''), '}', text('version'), 'K', 1, 'su', 's');
  const pickle = bytesOf(0x80, 2, orderedDict, 'q', 0, '(', text('w'), parameter, 'q', 1, text('b'), rawTensor(), text('tied'), 'h', 1, 'u', metadata, 'b.'); // prettier-ignore
  const tensors = parseTorchCheckpoint(torchFile({ pickle, storages: [new Uint8Array(Float32Array.of(9, 8, 7, 6, 5, 4).buffer)] })); // prettier-ignore
  expect([...tensors.keys()]).toEqual(['w', 'b', 'tied']);
  for (const { dtype, data } of tensors.values()) expect([dtype, ...data]).toEqual(['float32', 9, 8, 7, 6, 5, 4]);
});

describe('refuses', () => {
  const pickleOf = (...parts: (string | number | Uint8Array)[]) => torchFile({ pickle: bytesOf(0x80, 2, ...parts) });
  const whole = oneTensor();
  const patched = (at: number, ...values: number[]) => {
    const bytes = whole.slice();
    bytes.set(values, at < 0 ? bytes.length + at : at);
    return bytes;
  };
  const rawPickle = (rest: Uint8Array) =>
    torchFile({ pickle: bytesOf(0x80, 2, '}', text('x'), rawTensor(rest), 's.'), storages: [new Uint8Array(24)] });
  /** The official checkpoint with one changed byte between its directory and its end. */
  const spoiledEnd = (at: number, value: number) => {
    const bytes = bytesOf(sample('maze/step_500'));
    bytes[bytes.length - 22 - 20 - 56 + at] = value;
    return bytes;
  };
  const directory = whole.findIndex((_, i) => whole[i] === 0x50 && whole[i + 2] === 1 && whole[i + 3] === 2);

  // The directory places data/1 inside data/0, and an entry of that name is there.
  const inner = writeZip([{ name: 'archive/data/1', bytes: bytesOf('x') }], 64);
  const nested = oneTensor({ key: '0' }, { storages: [inner, bytesOf('x')] });
  const innerStart = nested.findIndex((_, i) => i > 64 && Buffer.compare(nested.subarray(i, i + 65), inner.subarray(0, 65)) === 0); // prettier-ignore
  const lastOf = (name: string) => Buffer.from(nested).lastIndexOf(name);
  new DataView(nested.buffer).setUint32(lastOf('archive/data/1') - 4, innerStart, true);

  test.each<[name: string, bytes: Uint8Array, message: string]>([
    ['an empty file', new Uint8Array(), 'does not start as a zip archive'],
    ['a pickle without archive', bytesOf(0x80, 2, '}.', 'x'.repeat(50)), 'does not start as a zip archive'],
    ['an archive with a byte more', bytesOf(whole, 0), 'does not end in its end record'],
    ['an archive with bytes before', bytesOf('PK', 3, 4, whole), 'does not reach its end record'],
    ['a comment', patched(-2, 1, 0), 'does not end in its end record'],
    ['two disks', patched(-18, 1), 'several disks'],
    ['a wrong count of entries', patched(-14, 3, 0, 3, 0), 'has 4 entries; expected 3'],
    ['a directory elsewhere', patched(-6, 0), 'does not reach its end record'],
    ['a compressed entry', patched(directory + 10, 8), '"archive/data.pkl" is compressed or encrypted'],
    ['an encrypted entry', patched(directory + 8, 1), 'compressed or encrypted'],
    ['sizes that differ', patched(directory + 20, 1), 'is not simply stored'],
    [
      'an entry beyond the archive',
      patched(directory + 20, 0, 0, 0, 0x70, 0, 0, 0, 0x70),
      'an end before the directory',
    ],
    ['a folder', patched(directory + 38, 0x10), 'is a folder'],
    ['another name in the header', patched(30, 0x42), 'differs from the directory'],
    ['a name that is no text', patched(directory + 46, 0xff), 'not valid UTF-8'],
    ['a damaged entry', patched(64, 0), 'is damaged: its CRC-32 is'],
    ['a wrong CRC-32', patched(directory + 16, whole[directory + 16]! ^ 1), 'is damaged'],
    ['no folder', oneTensor({}, { folder: '' }), 'not hold exactly one folder'],
    ['two folders', writeZip([{ name: 'a/data.pkl', bytes: bytesOf('x') }, { name: 'b/version', bytes: bytesOf('3') }], 64), 'not hold exactly one folder'], // prettier-ignore
    ['no pickle', oneTensor({}, { records: { 'data.pkl': undefined } }), 'the record "data.pkl" is missing'],
    ['no version', oneTensor({}, { records: { version: undefined } }), 'the record "version" is missing'],
    ['version 11', oneTensor({}, { records: { version: bytesOf('11\n') } }), 'the record "version" is wrong'],
    ['big-endian numbers', oneTensor({}, { records: { byteorder: bytesOf('big') } }), 'expected "little"'],
    ['an alignment that is no number', oneTensor({}, { records: { '.storage_alignment': bytesOf('x') } }), 'is wrong'],
    ['an entry within another', nested, 'the entry "archive/data/1" overlaps another'],
    ['a longer zip64 record', spoiledEnd(4, 45), 'a wrong length for itself'],
    ['another count in the zip64 record', spoiledEnd(32, 1), 'the two end records differ'],
    ['a zip64 record of two disks', spoiledEnd(16, 1), 'several disks'],
    ['a zip64 locator to elsewhere', spoiledEnd(56 + 8, 0), 'does not point at the record before it'],
    ['TorchScript', oneTensor({}, { records: { 'constants.pkl': bytesOf('x') } }), 'this is a TorchScript program'],
    [
      'records that differ in case',
      oneTensor({}, { records: { 'DATA/0': bytesOf('x') } }),
      '"archive/DATA/0" appears twice',
    ],
    ['no storage', oneTensor({}, { storages: [] }), 'the record "data/0" is missing'],
    [
      'a short storage',
      oneTensor({}, { storages: [new Uint8Array(20)] }),
      'is 20 bytes long; expected 24, for 6 float32',
    ],
    ['a long storage', oneTensor({}, { storages: [new Uint8Array(28)] }), 'is 28 bytes long'],
    ['a storage of another class', oneTensor({ storageClass: 'DoubleStorage' }), 'expected 48, for 6 float64'],
    ['complex numbers', oneTensor({ storageClass: 'ComplexFloatStorage' }), 'it names "torch.ComplexFloatStorage"'],
    [
      'booleans of 2',
      oneTensor({ storageClass: 'BoolStorage', count: 1 }, { storages: [bytesOf(2)] }),
      'booleans holds other',
    ],
    ['a storage outside data/', oneTensor({ key: '../version', count: 0 }), 'the record "data/../version" is missing'],
    ['a tensor past its storage', oneTensor({ shape: [7] }), 'elements up to number 7 of a storage of 6'],
    ['an offset past the storage', oneTensor({ offset: 1 }), 'elements up to number 7 of a storage of 6'],
    ['strides past the storage', oneTensor({ shape: [2, 3], stride: [3, 2] }), 'elements up to number 8'],
    [
      'sizes that overflow',
      oneTensor({ shape: [2 ** 40, 2 ** 40], stride: [0, 0] }),
      'more elements than can be counted',
    ],
    ['fewer strides than sizes', oneTensor({ shape: [2, 3], stride: [1] }), '2 sizes but 1 strides'],
    [
      'integers that require a gradient',
      oneTensor({ storageClass: 'IntStorage', requiresGradient: true }),
      'requires a gradient',
    ],
    [
      'a program',
      pickleOf('cos\nsystem\nX\x04\0\0\0true', 0x85, 'R.'),
      'it names "os.system"; expected one of collections.OrderedDict',
    ],
    ['builtins', pickleOf('cbuiltins\neval\n.'), 'it names "builtins.eval"'],
    ['a global of JavaScript', pickleOf('c__proto__\nconstructor\n.'), 'it names "__proto__.constructor"'],
    ['a global without end', pickleOf('c', 'x'.repeat(1000)), 'the name of a global does not end'],
    ['INST', pickleOf('(ios\nsystem\n.'), 'the instruction 0x69 is not one'],
    ['NEWOBJ', pickleOf('ccollections\nOrderedDict\n)', 0x81, '.'), 'the instruction 0x81 is not one'],
    [
      'a call with a list',
      pickleOf('ccollections\nOrderedDict\n]R.'),
      'the list of arguments of a call is not a tuple',
    ],
    ['a tensor with hooks', rawPickle(bytesOf(orderedDict, text('h'), 'Ns')), 'a tensor has the wrong arguments'],
    ['a tensor with more', rawPickle(bytesOf(orderedDict, 'N')), 'a tensor has the wrong arguments'],
    ['a tensor with a dict for hooks', rawPickle(bytesOf('}')), 'a tensor has the wrong arguments'],
    ['a call of a class', pickleOf('ctorch\nFloatStorage\n)R.'), 'it calls something other than a function'],
    ['a call of a number', pickleOf('K', 1, ')R.'), 'it calls something other than a function'],
    ['a call without arguments', pickleOf('ctorch._utils\n_rebuild_tensor_v2\n)R.'), 'has the wrong arguments'],
    [
      'a parameter of nothing',
      pickleOf('ctorch._utils\n_rebuild_parameter\nNNN', 0x87, 'R.'),
      'a parameter has the wrong',
    ],
    ['an OrderedDict of things', pickleOf('ccollections\nOrderedDict\n)', 0x85, 'R.'), 'created with arguments'],
    ['a persistent id of nothing', pickleOf(')Q.'), 'names no storage'],
    ['a persistent id of text', pickleOf('X\0\0\0\0Q.'), 'a persistent id is not a tuple'],
    [
      'attributes',
      pickleOf('ccollections\nOrderedDict\n)R}X\x09\0\0\0__class__K', 1, 'sb.'),
      'it sets attributes other than',
    ],
    ['attributes of a dict', pickleOf('}}b.'), 'it sets attributes other than'],
    ['no dict', pickleOf('K', 1, '.'), 'the checkpoint is not a dict'],
    ['a list', pickleOf('].'), 'the checkpoint is not a dict'],
    ['a number among tensors', pickleOf('}X\x01\0\0\0eK', 1, 's.'), 'the entry "e" of the checkpoint is not a tensor'],
    ['a nested state dict', pickleOf('}X\x05\0\0\0model}s.'), 'the entry "model" of the checkpoint is not a tensor'],
    ['a tensor by number', pickleOf('}K', 7, 'Ns.'), 'the entry "7" of the checkpoint is not a tensor'],
    ['a name twice', pickleOf('}(X\x01\0\0\0aNX\x01\0\0\0aNu.'), 'the key "a" appears twice'],
    ['a list as key', pickleOf('}]Ns.'), 'a key is not a name'],
    ['a key without value', pickleOf('}(X\0\0\0\0u.'), 'a key has no value'],
    ['items of a list', pickleOf(']NNs.'), 'sets items of something other than a dict'],
    ['appending to a dict', pickleOf('}Na.'), 'appends to something other than a list'],
    ['protocol 4', torchFile({ pickle: bytesOf(0x80, 4, '}.') }), 'does not start as protocol 2'],
    ['no protocol', torchFile({ pickle: bytesOf('}.') }), 'does not start as protocol 2'],
    ['an empty pickle', torchFile({ pickle: new Uint8Array() }), 'ends in the middle of an instruction'],
    ['no end', pickleOf('}'), 'ends in the middle of an instruction'],
    ['an end with nothing', pickleOf('.'), 'ends in the middle of a value'],
    ['an end with two values', pickleOf('}}.'), 'ends in the middle of a value'],
    ['an open mark', pickleOf('}(.'), 'ends in the middle of a value'],
    ['a value after an open mark', pickleOf('(}.'), 'ends in the middle of a value'],
    ['bytes after the end', pickleOf('}..'), 'bytes follow its end'],
    ['a missing mark', pickleOf('t.'), 'a mark is missing'],
    ['values across a mark', pickleOf('N(', 0x85, '.'), 'takes a value where none is left'],
    ['a memory never made', pickleOf('h', 0, '.'), 'it recalls value 0, which was never stored'],
    ['keeping nothing', pickleOf('q', 0, '.'), 'uses a value where none is left'],
    ['a string past the end', pickleOf('X', 0xff, 0xff, 0xff, 0xff, 'a'), 'ends in the middle of an instruction'],
    ['a string that is no text', pickleOf('X\x01\0\0\0', 0xff, '.'), 'not valid UTF-8'],
    ['an integer of 9 bytes', pickleOf(0x8a, 9, '\0\0\0\0\0\0\0\0\x01.'), 'an integer is too large'],
  ])('%s', (_name, bytes, message) => {
    const error = refusal(bytes);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^step_1(, byte \d+)?: /);
    expect(error.expected).toBeTruthy();
  });

  test('every truncation and every flipped bit of the stored data', () => {
    const pickled = whole.subarray(0, directory);
    for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
    const read = parseTorchCheckpoint(whole);
    for (let bit = 0; bit < 8 * pickled.length; bit++) {
      const spoiled = whole.slice();
      spoiled[bit >> 3]! ^= 1 << (bit & 7);
      let again;
      try {
        again = parseTorchCheckpoint(spoiled);
      } catch (error) {
        if (!(error instanceof FileFormatError)) throw error;
        continue;
      }
      // The checksums cover everything except padding and dates.
      expect(again).toEqual(read);
    }
  });

  test('small files that need much memory', () => {
    const huge = oneTensor({ shape: [2 ** 26], stride: [0] });
    expect(refusal(huge).message).toContain('too much memory for a file of this size');
    const names = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`x${i}`, { count: 6, shape: [2 ** 19, 1], stride: [0, 1] }]),
    );
    const repeated = torchFile({ pickle: pickleTensors(names), storages: [new Uint8Array(24)] });
    expect(refusal(repeated).message).toContain('too much memory');
    const fits = oneTensor({ shape: [2 ** 20], stride: [0] });
    expect(parseTorchCheckpoint(fits).get('x')!.data.length).toBe(2 ** 20);
    for (const instruction of ['}', ']', '(', 'N', '(t', ')', 'Nq\0']) {
      const many = pickleOf(instruction.repeat(3_000_000 / instruction.length), '.');
      const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
      refusal(many);
      expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
    }
  });
});

test('checkpoints that PyTorch could not read are not written', () => {
  const write = (name: string, tensor: HostTensor) => () => serializeTorchCheckpoint(new Map([[name, tensor]]));
  expect(write('x', { dtype: 'uint16', shape: [1], data: new Uint16Array(1) })).toThrow('no storage of uint16');
  expect(write('x', { dtype: 'float32', shape: [2], data: new Float32Array(1) })).toThrow('"x" has 1 values');
  expect(write('\udc00', { dtype: 'uint8', shape: [], data: new Uint8Array(1) })).toThrow('surrogate');
});

test('CRC-32 gives its check value, for any split between its two loops', () => {
  expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926);
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i * 7);
  const bitByBit = (data: Uint8Array) => {
    let crc = -1;
    for (const byte of data) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  for (let length = 0; length <= 40; length++) {
    expect(crc32(bytes.subarray(0, length))).toBe(bitByBit(bytes.subarray(0, length)));
  }
});
