import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { FileFormatError } from '@hrm/files';
import { describe, expect, it } from 'vitest';
import { readExamples } from '../../src/files';
import { file, pairs, refusal, stored } from './example-files';

describe('Parquet', () => {
  const sums = { inputColumn: 'question', outputColumn: 'answer' };

  it.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'])('is read, compressed by %s', async (codec) => {
    expect(Array.from(await readExamples(stored(`sums-${codec}.parquet`), sums))).toEqual([
      { input: '1+2', output: '3', id: 'a', line: 1 },
      { input: '1+2', output: '3', id: 'a', line: 4 },
      { input: '4+4', output: '8', id: 'b', line: 2 },
      { input: '9+9', output: '18', id: 'c', line: 3 },
    ]);
    expect(pairs(await readExamples(stored(`sums-${codec}.parquet`), { ...sums, minRating: 6 }))).toEqual([
      ['9+9', '18'],
    ]);
  });

  it('holds lists, grids and text of other types', async () => {
    expect(pairs(await readExamples(stored('numbers.parquet')))).toEqual([[[1, 0, 2147483647], [1]], [[-5], [2, 3]], [[7, 8], []]]); // prettier-ignore
    expect(pairs(await readExamples(stored('grids.parquet')))).toEqual([[[[0, 1], [2, 3]], [[3]]], [[[9]], [[1, 2, 3]]]]); // prettier-ignore
    expect(pairs(await readExamples(stored('large-text.parquet')))).toEqual([['é😀', 'b'], ['b', 'c']]); // prettier-ignore
  });

  it.each([
    ['nulls', 'FILE: row 2: the input is null; expected text'],
    ['floats', 'FILE: row 1: the input is 0.5; expected text'],
    ['null-in-list', 'FILE: row 1: element 2 of the input is null; expected whole numbers'],
    ['empty', 'FILE: it holds no examples'],
    [
      'sums-none',
      'FILE: there is no column "input"; expected one of its columns: "question", "answer", "id", "rating"',
    ],
  ])('is refused: %s', async (name, message) => {
    expect(await refusal(stored(`${name}.parquet`))).toContain(message);
  });

  it('is refused if it is cut short, or is something else', async () => {
    const bytes = readFileSync(stored('numbers.parquet'));
    const other = 'it is not a Parquet file that can be read: it does not end with PAR1';
    for (const [name, content] of Object.entries({ cut: bytes.subarray(0, -1), tiny: bytes.subarray(-4), none: '', gzip: gzipSync(bytes) })) {
      expect(await refusal(file(`${name}.parquet`, content))).toContain(other);
    }
  }); // prettier-ignore

  it('is refused or read, and never loops, if a byte is wrong', async () => {
    // Headers of pages in the first file; pages and metadata in the second.
    for (const [name, from, to, step] of [['numbers', 0, 270, 1], ['sums-snappy', 400, 1840, 5]] as const) {
      const bytes = readFileSync(stored(`${name}.parquet`));
      for (let at = from; at < to; at += step) {
        const wrong = Buffer.from(bytes);
        wrong[at] = bytes[at]! ^ (1 << (at % 8)) ^ 0x80;
        const reading = readExamples(file('wrong.parquet', wrong), name === 'numbers' ? {} : sums);
        const error: unknown = await reading.then(() => undefined, (reason: unknown) => reason); // prettier-ignore
        if (error !== undefined) expect(error, `${name}: byte ${at}`).toBeInstanceOf(FileFormatError);
      }
    }
  }, 60_000); // prettier-ignore

  it.each([
    ['levels of a list', 'numbers', 0x4a, 0x7e, 'a run of 63 values is longer than its page of 4 values'],
    ['packed levels', 'numbers', 0x48, 0xff, 'a run of 3576 values is longer than its page of 4 values'],
    ['levels of an older page', 'sums-none', 0x4c, 0x7e, 'a run of 63 values is longer than its page of 3 values'],
    ['entries of a dictionary', 'sums-none', 0x4f, 0x7e, 'a run of 63 values is longer than its page of 3 values'],
  ])('is refused if the length of a run lies: %s', async (_, name, at, value, message) => {
    const bytes = readFileSync(stored(`${name}.parquet`));
    bytes[at] = value;
    const reading = readExamples(file('runs.parquet', bytes), name === 'numbers' ? {} : sums);
    await expect(reading).rejects.toThrow(message);
  });

  it.each([
    ['values of a column', 717, 'the number of values of a column is 8388608, expected at most 42'],
    ['rows', 1030, 'the number of rows of a row group is 8388608, expected at most 3'],
  ])(
    'is refused if it is small and says that it has millions of %s, before memory is taken',
    async (_, at, message) => {
      const bytes = readFileSync(stored('sums-none.parquet'));
      const millions = [0x80, 0x80, 0x80, 0x08]; // 2^23 as a zigzag varint
      const end = bytes.subarray(-8);
      end.writeUInt32LE(end.readUInt32LE() + millions.length - 1);
      const lie = Buffer.concat([bytes.subarray(0, at), Buffer.from(millions), bytes.subarray(at + 1)]);
      expect(await refusal(file('millions.parquet', lie), sums)).toContain(message);
    },
  );

  it('is refused if it says more than it holds', async () => {
    const bytes = readFileSync(stored('numbers.parquet'));
    for (const [at, message] of [
      [20, 'expected at most'],
      [185, 'expected at most'],
    ] as const) {
      const wrong = Buffer.from(bytes);
      wrong[at] = bytes[at]! ^ (1 << (at % 8)) ^ 0x80;
      expect(await refusal(file('lies.parquet', wrong))).toContain(message);
    }
  });
});
