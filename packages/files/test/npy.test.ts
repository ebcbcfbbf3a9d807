import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileFormatError, parseNpy, serializeNpy } from '@hrm/files';

/** Data sets that the official code built. */
const testdata = (name: string) =>
  fileURLToPath(new URL(`../../data-sudoku-maze/test/testdata/${name}`, import.meta.url));

const officialFiles = ['official-sudoku', 'official-maze'].flatMap((dir) =>
  ['train', 'test'].flatMap((split) =>
    readdirSync(testdata(`${dir}/${split}`))
      .filter((name) => name.endsWith('.npy'))
      .map((name) => `${dir}/${split}/${name}`),
  ),
);

/** A file of any header text and version. */
function npyFile(header: string, data: Uint8Array = new Uint8Array(0), version: [number, number] = [1, 0]): Uint8Array {
  const text = Buffer.from(header, 'latin1');
  const length = Buffer.alloc(version[0] === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from(version), length, text, data]);
}

const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('files that numpy wrote', () => {
  it('are twenty', () => expect(officialFiles).toHaveLength(20));

  it.each(officialFiles)('%s is read, and written again byte for byte', (name) => {
    const bytes = readFileSync(testdata(name));
    const array = parseNpy(bytes);
    expect(array.shape.reduce((product, length) => product * length, 1)).toBe(array.data.length);
    if (array.type === 'i8') return expect(array.data).toBeInstanceOf(Int32Array);
    expect(Buffer.compare(serializeNpy(array), bytes)).toBe(0);
  });
});

describe('what numpy would read as another type', () => {
  const floats = Float32Array.of(1, 2);
  it.each<[string, unknown, RegExp]>([
    [
      'bfloat16',
      { dtype: 'bfloat16', shape: [2], data: floats },
      /dtype bfloat16, but its Float32Array would write float32; .*\{ shape, data \}/,
    ],
    ['float16', { dtype: 'float16', shape: [2], data: floats }, /dtype float16, but .* would write float32; /],
    [
      'booleans',
      { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
      /dtype bool, but its Uint8Array would write uint8; /,
    ],
    ['int64', { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 2n) }, /a BigInt64Array; expected .*asInt32/],
    ['uint16', { shape: [2], data: Uint16Array.of(1, 2) }, /a Uint16Array; expected a Uint8Array, Int8Array/],
    ['a plain array', { shape: [2], data: [1, 2] }, /an Array; expected a Uint8Array/],
    ['nothing', { shape: [0] }, /undefined; expected a Uint8Array/],
  ])('%s is refused', (_, array, expected) => {
    const write = () => serializeNpy(array as Parameters<typeof serializeNpy>[0]);
    expect(write).toThrow(TypeError);
    expect(write).toThrow(expected);
  });

  it('is written where the dtype is that of the array', () => {
    const array = { dtype: 'float32', shape: [2], data: floats } as const;
    expect(parseNpy(serializeNpy({ ...array, shape: [2] }))).toEqual({ type: 'f4', shape: [2], data: floats });
  });
});

/** A header that is told to be 16 bytes shorter, so that these are read as data. */
function cutHeader(): Uint8Array {
  const bytes = serializeNpy({ shape: [2, 3], data: Int16Array.of(1, 2, 3, 4, 5, 6) });
  bytes[8]! -= 16;
  bytes[bytes.indexOf(0x33, 60)] = 0x37; // (2, 3) becomes (2, 7)
  return bytes;
}

describe('npy', () => {
  const shapes = fc.array(fc.nat(5), { maxLength: 4 });
  const arrays = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array];

  it('are read as they were written, for every type and shape', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(...arrays), fc.nat(), (shape, ArrayType, seed) => {
        const count = shape.reduce((product, length) => product * length, 1);
        const data = new ArrayType(Array.from({ length: count }, (_, k) => ((seed + 37 * k) % 251) - 120));
        const bytes = serializeNpy({ shape, data });
        expect(bytes.length % 64).toBe(data.byteLength % 64);
        const read = parseNpy(bytes);
        expect(read.shape).toEqual(shape);
        expect(read.data).toEqual(data);
      }),
      { numRuns: 500 },
    );
  });

  it('have the same space as in numpy for the first axis to grow', () => {
    // numpy 2.4 writes 192 bytes before the data of this shape. Without the space it would be 128.
    expect(serializeNpy({ shape: new Array<number>(15).fill(1), data: new Uint8Array(1) })).toHaveLength(193);
    expect(serializeNpy({ shape: [], data: new Uint8Array(1) })).toHaveLength(129);
  });

  it('reads versions 2.0 and 3.0, other spaces, key orders and quotes', () => {
    const data = Uint8Array.of(1, 0, 2, 0);
    for (const version of [
      [1, 0],
      [2, 0],
      [3, 0],
    ] as [number, number][]) {
      expect([...parseNpy(npyFile(header('<i2', '(2,)'), data, version)).data]).toEqual([1, 2]);
    }
    const odd = `{"shape":(1 , 2),'fortran_order':False , "descr":'<i2'}   \n`;
    expect(parseNpy(npyFile(odd, data))).toMatchObject({ shape: [1, 2], type: 'i2' });
    expect(parseNpy(npyFile(header('|u1', '()'), Uint8Array.of(7))).data[0]).toBe(7);
    expect(parseNpy(npyFile(header('<f8', '(0, 5)'))).data).toHaveLength(0);
  });

  it('reads at any byte offset of a larger buffer and shares no memory with it', () => {
    const bytes = serializeNpy({ shape: [3], data: Int32Array.of(1, 2, 3) });
    const larger = Buffer.alloc(bytes.length + 3);
    larger.set(bytes, 3);
    const { data } = parseNpy(larger.subarray(3));
    larger.fill(0);
    expect([...data]).toEqual([1, 2, 3]);
  });

  it('narrows 64-bit integers that fit in 32 bits and refuses the first that does not', () => {
    const int64 = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
    const fits = [0n, -1n, 2147483647n, -2147483648n];
    expect([...parseNpy(npyFile(header('<i8', '(4,)'), int64(...fits))).data]).toEqual(fits.map(Number));
    for (const value of [2147483648n, -2147483649n, 2n ** 62n, -(2n ** 63n), 2n ** 32n]) {
      const text = header('<i8', '(2,)');
      const error = errorOf(npyFile(text, int64(1n, value)));
      expect(error.message).toContain(`element 1 is ${value}; expected 64-bit integers within 32 bits`);
      expect(error.offset).toBe(10 + text.length + 8);
    }
  });

  function errorOf(bytes: Uint8Array): FileFormatError {
    try {
      parseNpy(bytes);
    } catch (error) {
      if (error instanceof FileFormatError) return error;
      throw error;
    }
    throw new Error('expected a FileFormatError');
  }

  const one = Uint8Array.of(1);
  it.each([
    ['nothing', new Uint8Array(0), /not an \.npy file/, 0],
    ['another file', Buffer.from('PK\u0003\u0004 something else'), /not an \.npy file/, 0],
    ['no version', npyFile('').subarray(0, 7), /ends in its version/, 7],
    ['version 4.0', npyFile(header('|u1', '(1,)'), one, [4, 0]), /version is 4\.0; expected 1\.0, 2\.0 or 3\.0/, 6],
    ['version 1.1', npyFile(header('|u1', '(1,)'), one, [1, 1]), /is 1\.1/, 6],
    ['version 0.0', npyFile(header('|u1', '(1,)'), one, [0, 0]), /is 0\.0/, 6],
    ['no header length', npyFile('', undefined, [2, 0]).subarray(0, 11), /ends before the length/, 11],
    ['a huge header', npyFile(' '.repeat(10_001)), /10001 bytes; expected at most 10000/, 8],
    [
      'a header of 4 GB',
      Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY\u0002\u0000'), Buffer.alloc(4, 255)]),
      /4294967295 bytes/,
      8,
    ],
    ['a cut header', npyFile(header('|u1', '(1,)')).subarray(0, 40), /ends in its header/, 40],
    ['too little data', npyFile(header('<i4', '(2,)'), new Uint8Array(7)), /7 bytes of data; expected 8/, undefined],
    ['too much data', npyFile(header('<i4', '(2,)'), new Uint8Array(9)), /9 bytes of data; expected 8/, undefined],
    ['Fortran order', npyFile(header('|u1', '(1,)', 'True'), one), /fortran_order True; expected False/, undefined],
    ['a number for a boolean', npyFile(header('|u1', '(1,)', '0'), one), /other than a boolean/, undefined],
    ['big-endian', npyFile(header('>i4', '(1,)'), new Uint8Array(4)), /element type '>i4'/, 20],
    ['objects', npyFile(header('|O', '(1,)'), one), /plain string|element type/, undefined],
    [
      'a structured type',
      npyFile("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}", one),
      /other than a plain string/,
      undefined,
    ],
    [
      'a type of Object.prototype',
      npyFile(header('constructor', '(1,)'), one),
      /element type 'constructor'/,
      undefined,
    ],
    [
      'the key __proto__',
      npyFile("{'__proto__': 1, 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", one),
      /key '__proto__'/,
      undefined,
    ],
    [
      'a key twice',
      npyFile("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", one),
      /'descr' twice/,
      undefined,
    ],
    // Its length is too short, and its shape too large by as much: both are right without the newline.
    ['a header that is cut', cutHeader(), /no newline at the end; expected spaces and one newline/, undefined],
    ['a missing key', npyFile("{'descr': '|u1', 'fortran_order': False}", one), /no key 'shape'/, undefined],
    ['code', npyFile("__import__('os').system('true')", one), /expected '\{'/, 10],
    ['a shape that is not a tuple', npyFile(header('|u1', '(1)'), one), /not a tuple/, undefined],
    ['a list as shape', npyFile(header('|u1', '[1]'), one), /expected '\('/, undefined],
    ['a comma alone', npyFile(header('|u1', '(,)'), one), /without a valid length/, undefined],
    ['a negative length', npyFile(header('|u1', '(-1,)'), one), /without a valid length/, undefined],
    ['a leading zero', npyFile(header('|u1', '(01,)'), one), /without a valid length|','/, undefined],
    ['an exponent', npyFile(header('|u1', '(1e3,)'), one), /','|'\)'/, undefined],
    ['an underscore', npyFile(header('|u1', '(1_0,)'), one), /','|'\)'/, undefined],
    ['lengths that overflow', npyFile(header('<f8', '(4294967296, 4294967296)')), /too large/, undefined],
    ['lengths that overflow beside a 0', npyFile(header('<f8', '(0, 4294967296, 4294967296)')), /too large/, undefined],
    ['a length beyond 2^53', npyFile(header('|u1', '(9007199254740993,)')), /without a valid length/, undefined],
    ['33 axes', npyFile(header('|u1', `(${'1, '.repeat(33)})`), one), /at most 32/, undefined],
    ['something after the dictionary', npyFile(`${header('|u1', '(1,)')};`, one), /only spaces/, undefined],
    ['two dictionaries', npyFile(header('|u1', '(1,)').repeat(2), one), /only spaces/, undefined],
    [
      'an open dictionary',
      npyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)", one),
      /an early end; expected '\}'/,
      undefined,
    ],
    [
      'an open tuple',
      npyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (1,", one),
      /without a valid length/,
      undefined,
    ],
    [
      'letters beyond ASCII',
      npyFile(header('|u1', '(1,)').replace("'descr'", "'d\u00e9scr'"), one),
      /other than a plain string/,
      undefined,
    ],
  ])('refuses %s', (_name, bytes, message, offset) => {
    const error = errorOf(bytes);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`byte ${error.offset}: `);
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    if (offset !== undefined) expect(error.offset).toBe(offset);
  });

  it('refuses every truncation of a file, and every byte too many', () => {
    const bytes = serializeNpy({ shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6) });
    for (let length = 0; length < bytes.length; length++) errorOf(bytes.subarray(0, length));
    errorOf(Buffer.concat([bytes, Buffer.alloc(1)]));
  });

  it('with flipped bits, is read or refused with a FileFormatError, and never read with another amount of data', () => {
    const bytes = serializeNpy({ shape: [2, 3], data: Int16Array.of(1, 2, 3, 4, 5, 6) });
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(flips, (places) => {
        const broken = bytes.slice();
        for (const [at, bit] of places) broken[at]! ^= 1 << bit;
        try {
          const { shape, data } = parseNpy(broken);
          expect(shape.reduce((product, length) => product * length, 1)).toBe(data.length);
          expect(data.byteLength).toBe(12);
        } catch (error) {
          if (!(error instanceof FileFormatError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('with random headers of likely parts, is read or refused with a FileFormatError', () => {
    const pieces = [
      '{',
      '}',
      "'descr'",
      "'fortran_order'",
      "'shape'",
      ':',
      ',',
      '(',
      ')',
      "'<i4'",
      "'|u1'",
      'False',
      'True',
      '1',
      '0',
      '12',
      ' ',
      '\n',
      '"',
      "'",
      '-',
      'L',
      '[',
      '\u00ff',
    ];
    const structured = fc
      .tuple(
        fc.shuffledSubarray(["'descr': '|u1'", "'fortran_order': False", "'shape': (1,)", "'shape': ()", "'x': 1"]),
        fc.constantFrom(', ', ',', ' ', ': '),
        fc.constantFrom('}', ', }', '}\n', ''),
      )
      .map(([parts, separator, end]) => `{${parts.join(separator)}${end}`);
    const text = fc.oneof(
      structured,
      fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
    );
    let read = 0;
    fc.assert(
      fc.property(text, (content) => {
        try {
          parseNpy(npyFile(content, one));
          read++;
        } catch (error) {
          if (!(error instanceof FileFormatError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(0);
  });

  it('is not written with a shape that does not fit', () => {
    expect(() => serializeNpy({ shape: [2], data: new Uint8Array(3) })).toThrow(/shape \(2\) does not fit 3 elements/);
    expect(() => serializeNpy({ shape: [-1, -3], data: new Uint8Array(3) })).toThrow(RangeError);
    expect(() => serializeNpy({ shape: new Array(33).fill(1), data: new Uint8Array(1) })).toThrow(RangeError);
  });
});
