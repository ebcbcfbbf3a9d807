import { expect, test } from 'vitest';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';
import { bytesOf, oneTensor, orderedDict, pickleTensors, rawTensor, text, torchFile } from './torch-file';
import { expectRefusal, refusal } from './torch-refusal';

const pickleOf = (...parts: (string | number | Uint8Array)[]) => torchFile({ pickle: bytesOf(0x80, 2, ...parts) });
const rawPickle = (rest: Uint8Array) =>
  torchFile({ pickle: bytesOf(0x80, 2, '}', text('x'), rawTensor(rest), 's.'), storages: [new Uint8Array(24)] });

test.each<[name: string, bytes: Uint8Array, message: string]>([
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
])('a tensor is refused: %s', (_name, bytes, message) => expectRefusal(bytes, message));

test.each<[name: string, bytes: Uint8Array, message: string]>([
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
  ['a call with a list', pickleOf('ccollections\nOrderedDict\n]R.'), 'the list of arguments of a call is not a tuple'],
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
])('a pickle is refused: %s', (_name, bytes, message) => expectRefusal(bytes, message));

test('a small file that needs much memory is refused', () => {
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
