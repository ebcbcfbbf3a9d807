import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileFormatError } from '../src/file-format-error';
import { countElements, type NamedHostTensors } from '../src/tensors/host-tensor';
import { parseSafetensors, serializeSafetensors } from '../src/safetensors/safetensors';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';
import { bytesOf, pickleTensors, torchFile } from './torch-file';

const runs = { numRuns: 20_000, seed: 0 };

/** The tensors that a reader read from a file, or why it refused it. An error other than FileFormatError is a bug. */
function attempt(read: () => NamedHostTensors): NamedHostTensors | string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    expect(error.expected).toBeTruthy();
    expect(error.message.length).toBeLessThan(700);
    // Reasons that differ only in numbers or names count as one.
    return error.problem.replace(/"[^"]*"|\b(0x)?[0-9a-f]*\d[0-9a-f]*\b|\b[0-9a-f]{8}\b/g, '_');
  }
}

/** Counts the results for many files, so that a test can check that it covered enough. */
class Outcomes {
  accepted = 0;
  readonly refused = new Map<string, number>();

  add(outcome: NamedHostTensors | string): void {
    if (typeof outcome !== 'string') this.accepted++;
    else this.refused.set(outcome, (this.refused.get(outcome) ?? 0) + 1);
  }
}

test('safetensors: 20,000 almost valid headers', () => {
  const rarely = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 15) =>
    fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });
  const junk = fc.constantFrom(
    'null',
    '[]',
    '{}',
    '""',
    '-1',
    '1.5',
    '1e3',
    '01',
    '9007199254740993',
    '"\\ud800"',
    'x',
    '',
  );
  const oddText = fc.constantFrom('"\\u0041"', '"\\x"', '"', '"\n"', '"__metadata__"', '"dtype"', '""');
  const name = rarely(fc.constantFrom('"a"', '"b"', '"c"', '"µ"', '"__proto__"'), oddText);
  const space = rarely(fc.constant(''), fc.constantFrom(' ', '\n\t', '\v', '\u00a0'), 80);
  const tensor = fc.record({
    name,
    dtype: rarely(fc.constantFrom('"U8"', '"F16"', '"BF16"', '"BOOL"', '"F32"'), fc.oneof(junk, fc.constant('"F7"'))),
    shape: rarely(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), junk),
    shift: rarely(fc.constant(0), fc.integer({ min: -4, max: 4 })),
    growth: rarely(fc.constant(0), fc.integer({ min: -4, max: 4 })),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    extra: rarely(fc.constant(''), fc.constantFrom(',"extra":1', ',"dtype":"U8"', ',', '}')),
    space,
  });
  const header = fc.record({
    tensors: fc.array(tensor, { maxLength: 3 }),
    metadata: rarely(fc.constantFrom('', '"__metadata__":{"k":"v"}'), fc.constantFrom('"__metadata__":{"k":1}', ',')),
    tail: rarely(fc.constantFrom('', '   '), fc.constantFrom('{}', ',', '\0', 'x')),
    head: rarely(fc.constant(''), fc.constantFrom(' ', '[', '\ufeff')),
    lengthError: rarely(fc.constant(0), fc.integer({ min: -3, max: 3 })),
    dataError: rarely(fc.constant(0), fc.integer({ min: -3, max: 3 })),
  });
  const sizes: Record<string, number> = { '"F16"': 2, '"BF16"': 2, '"F32"': 4 };
  const outcomes = new Outcomes();
  fc.assert(
    fc.property(header, ({ tensors, metadata, tail, head, lengthError, dataError }) => {
      let end = 0;
      const entries = tensors.map(({ name: key, dtype, shape, shift, growth, order, extra, space: gap }) => {
        const begin = end;
        end += Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) * (sizes[dtype] ?? 1) : 0;
        const fields = [
          `"dtype":${dtype}`,
          `"shape":${gap}${Array.isArray(shape) ? `[${shape.join(',')}]` : shape}`,
          `"data_offsets":[${begin + shift},${gap}${end + shift + growth}]`,
        ];
        return `${key}:${gap}{${order.map((i) => fields[i]).join(',')}${extra}}`;
      });
      const text = `${head}{${[...entries, ...(metadata === '' ? [] : [metadata])].join(',')}}${tail}`;
      const encoded = new TextEncoder().encode(text);
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(Math.max(0, encoded.length + lengthError)), true);
      const data = Uint8Array.from({ length: Math.max(0, end + dataError) }, (_, i) => i % 2);
      const bytes = bytesOf(length, encoded, data);
      const outcome = attempt(() => parseSafetensors(bytes).tensors);
      outcomes.add(outcome);
      if (typeof outcome === 'string') return;
      // JSON.parse is the independent check of the header.
      const parsed = JSON.parse(text) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
      const names = Object.keys(parsed).filter((key) => key !== '__metadata__');
      expect([...outcome.keys()].sort()).toEqual(names.sort());
      for (const key of names) expect(outcome.get(key)!.shape).toEqual(parsed[key]!.shape);
      const stored = names.reduce((sum, key) => sum + parsed[key]!.data_offsets[1] - parsed[key]!.data_offsets[0], 0);
      expect(stored).toBe(data.length);
      expect(parseSafetensors(serializeSafetensors(outcome)).tensors.size).toBe(names.length);
    }),
    runs,
  );
  expect(outcomes.accepted).toBeGreaterThan(4000);
  expect(outcomes.refused.size).toBeGreaterThan(15);
});

const official = pickleTensors({
  '_orig_mod.a': { count: 6, shape: [2, 3], stride: [3, 1] },
  b: { count: 6, offset: 1, shape: [2], stride: [2], requiresGradient: true },
  ['__proto__']: { storageClass: 'BFloat16Storage', key: '1', count: 3, shape: [3], stride: [1] },
});
const storages = [new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer), new Uint8Array(6)];

/** Splits a pickle into instructions with their arguments. */
function instructionsOf(pickle: Uint8Array): Uint8Array[] {
  const view = new DataView(pickle.buffer);
  const instructions: Uint8Array[] = [];
  for (let at = 0; at < pickle.length;) {
    const code = String.fromCharCode(pickle[at]!);
    const lineEnd = (from: number) => pickle.indexOf(10, from) + 1;
    const length =
      code === 'X' ? 5 + view.getUint32(at + 1, true) : code === 'c' ? lineEnd(lineEnd(at)) - at : code === 'J' ? 5 : 1;
    const end = at + (pickle[at] === 0x80 ? 2 : length);
    instructions.push(pickle.slice(at, end));
    at = end;
  }
  return instructions;
}

test('pickles: 20,000 programs that are almost state dicts', () => {
  const text = fc.constantFrom('', '0', '1', '2', 'storage', 'cpu', '_metadata', '__proto__', '_orig_mod.b', 'b');
  const integer = fc.constantFrom(0, 1, 2, 3, 6, 7, -1, 2 ** 20, 2 ** 31 - 1);
  const int32 = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
  const replacement = fc.oneof(
    text.map((value) => bytesOf('X', value.length, 0, 0, 0, value)),
    integer.map((value) => bytesOf('J', int32(value))),
    fc.constantFrom(...'(t}])NRQbaesu.0'.split(''), 'cos\nsystem\n', 'ctorch\nHalfStorage\n', 'ctorch\nLongStorage\n')
      .map((code) => bytesOf(code)), // prettier-ignore
    fc.constantFrom('ctorch._utils\n_rebuild_parameter\n', 'ccollections\nOrderedDict\n').map((code) => bytesOf(code)),
    fc.constantFrom(0x85, 0x86, 0x87, 0x88, 0x89, 0x81, 0x8f, 0x95).map((code) => bytesOf(code)),
    fc.nat(255).map((index) => bytesOf('h', index)),
    fc.nat(255).map((index) => bytesOf('q', index)),
    fc.uint8Array({ maxLength: 9 }).map((digits) => bytesOf(0x8a, digits.length, digits)),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
  );
  const edit = fc.record({ at: fc.nat(), to: fc.nat(), what: fc.nat(4), replacement });
  const program = instructionsOf(official);
  expect(bytesOf(...program)).toEqual(official);
  const outcomes = new Outcomes();
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
      const parts = [...program];
      for (const { at, to, what, replacement: other } of edits) {
        const i = at % parts.length;
        if (what === 0) parts.splice(i, 1);
        else if (what === 1) parts.splice(i, 0, parts[i]!);
        else if (what === 2) parts.splice(to % parts.length, 0, ...parts.splice(i, 1));
        else if (what === 3) parts.splice(i, 0, other);
        // Replaces one of the same kind, because such programs run further.
        else parts[findFrom(parts, i, (part) => part[0] === other[0]) ?? i] = other;
      }
      const outcome = attempt(() => parseTorchCheckpoint(torchFile({ pickle: bytesOf(...parts), storages })));
      outcomes.add(outcome);
      if (typeof outcome === 'string') return;
      for (const { shape, data } of outcome.values()) {
        expect(countElements(shape)).toBe(data.length);
        expect(data.byteLength).toBeLessThan(70e6);
      }
    }),
    runs,
  );
  expect(outcomes.accepted).toBeGreaterThan(300);
  expect(outcomes.refused.size).toBeGreaterThan(30);
});

function findFrom<T>(items: readonly T[], start: number, matches: (item: T) => boolean): number | undefined {
  const order = [...items.keys()].map((i) => (i + start) % items.length);
  return order.find((i) => matches(items[i]!));
}

test('archives: 20,000 checkpoints with changed bytes are refused or read as the original', () => {
  const whole = torchFile({ pickle: official, storages });
  const expected = parseTorchCheckpoint(whole);
  expect([...expected.keys()]).toEqual(['a', 'b', '__proto__']);
  const directory = whole.findIndex((_, i) => whole[i] === 0x50 && whole[i + 1] === 0x4b && whole[i + 2] === 1);
  const position = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: directory, max: whole.length - 1 }));
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0xff, 8, 0x50));
  const edit = fc.record({
    at: position,
    value,
    length: fc.constantFrom(1, 1, 1, 2, 4, 8),
    what: fc.nat(9),
    to: position,
  });
  const outcomes = new Outcomes();
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = bytesOf(whole);
      for (const { at, value: byte, length, what, to } of edits) {
        if (what === 0) bytes = bytesOf(bytes.subarray(0, at), bytes.subarray(at + length));
        else if (what === 1)
          bytes = bytesOf(bytes.subarray(0, at), new Uint8Array(length).fill(byte), bytes.subarray(at));
        else if (what === 2) bytes.copyWithin(to, at, at + 4 * length);
        else bytes.fill(byte, at, at + length);
      }
      const outcome = attempt(() => parseTorchCheckpoint(bytes));
      outcomes.add(outcome);
      if (typeof outcome !== 'string') expect(outcome).toEqual(expected);
    }),
    runs,
  );
  expect(outcomes.accepted).toBeGreaterThan(200);
  expect(outcomes.refused.size).toBeGreaterThan(15);
});
