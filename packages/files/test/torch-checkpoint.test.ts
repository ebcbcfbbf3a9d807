import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '../src/tensors/host-tensor';
import { encodeElements } from '../src/tensors/tensor-elements';
import { serializeTorchCheckpoint } from '../src/torch/serialize-torch-checkpoint';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';
import { arbitraryTensors } from './random-tensors';
import { bytesOf, orderedDict, pickleTensors, rawTensor, text, torchFile } from './torch-file';
import { refusal, sample } from './torch-refusal';

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

test('state dicts of Module.state_dict: an OrderedDict with _metadata, parameters, a shared storage', () => {
  const parameter = bytesOf('ctorch._utils\n_rebuild_parameter\n', rawTensor(), 0x88, orderedDict, 0x87, 'R');
  const metadata = bytesOf('}', text('_metadata'), orderedDict, '(', text(''), '}', text('version'), 'K', 1, 'su', 's');
  const pickle = bytesOf(0x80, 2, orderedDict, 'q', 0, '(', text('w'), parameter, 'q', 1, text('b'), rawTensor(), text('tied'), 'h', 1, 'u', metadata, 'b.'); // prettier-ignore
  const tensors = parseTorchCheckpoint(torchFile({ pickle, storages: [new Uint8Array(Float32Array.of(9, 8, 7, 6, 5, 4).buffer)] })); // prettier-ignore
  expect([...tensors.keys()]).toEqual(['w', 'b', 'tied']);
  for (const { dtype, data } of tensors.values()) expect([dtype, ...data]).toEqual(['float32', 9, 8, 7, 6, 5, 4]);
});

test('a checkpoint that PyTorch could not read is not written', () => {
  const write = (name: string, tensor: HostTensor) => () => serializeTorchCheckpoint(new Map([[name, tensor]]));
  expect(write('x', { dtype: 'uint16', shape: [1], data: new Uint16Array(1) })).toThrow('no storage of uint16');
  expect(write('x', { dtype: 'float32', shape: [2], data: new Float32Array(1) })).toThrow('"x" has 1 values');
  expect(write('\udc00', { dtype: 'uint8', shape: [], data: new Uint8Array(1) })).toThrow('surrogate');
});
