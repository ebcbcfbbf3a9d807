import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { FileFormatError } from '@hrm/files';
import { ExampleTable } from '../src/index';
import { readExamples, type ReadExamplesOptions } from '../src/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-examples-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const stored = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
const pairs = (table: ExampleTable) => Array.from(table, ({ input, output }) => [input, output]);

/** Reads a file that must be refused, and returns what the error says. */
async function refusal(path: string, options?: ReadExamplesOptions): Promise<string> {
  const error = await readExamples(path, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  expect((error as FileFormatError).path).toBe(path);
  return (error as Error).message.replace(`${path}`, 'FILE');
}

describe('JSONL', () => {
  it('is read with a byte order mark, Windows line ends, empty lines and a last line without end', async () => {
    const text = '\ufeff{"input":"1+2","output":"3"}\r\n\r\n  \r\n{"output":"8","input":"4+4","other":[{}]}';
    const table = await readExamples(file('marks.jsonl', text));
    expect(Array.from(table)).toEqual([
      { input: '1+2', output: '3', id: undefined, line: 1 },
      { input: '4+4', output: '8', id: undefined, line: 4 },
    ]);
  });

  it('takes text by code points, numbers of 32 bits, and grids', async () => {
    const text = file('text.jsonl', '{"input":"a😀é","output":""}\n');
    expect(pairs(await readExamples(text))).toEqual([['a😀é', '']]);
    const numbers = file('numbers.jsonl', '{"input":[-2147483648,2147483647,1.0],"output":[]}\n');
    expect(pairs(await readExamples(numbers))).toEqual([[[-2147483648, 2147483647, 1], []]]);
    const grids = file('grids.jsonl', '{"input":[[1,2,3]],"output":[[1],[2]]}\n');
    expect(pairs(await readExamples(grids))).toEqual([[[[1, 2, 3]], [[1], [2]]]]);
  });

  it('keeps examples of one id together, and counts ids that are numbers as text', async () => {
    const line = (input: string, id: unknown) => JSON.stringify({ input, output: 'x', id });
    const lines = [line('a', 1), line('b', null), line('c', '1'), line('d', undefined), line('e', 'two'), line('f', 1)];
    const table = await readExamples(file('ids.jsonl', lines.join('\n')));
    expect(Array.from(table, ({ input, id, line: at }) => [input, id, at])).toEqual(
      [['a', '1', 1], ['c', '1', 3], ['f', '1', 6], ['b', undefined, 2], ['d', undefined, 4], ['e', 'two', 5]],
    ); // prettier-ignore
    expect(table.at(-1)?.input).toBe('e');
    expect(table.at(6)).toBeUndefined();
    for (let seed = 0; seed < 20; seed++) {
      const sample = Array.from(table.subsample({ count: 2, seed }), ({ input }) => input);
      expect(['ac', 'ca'].some((part) => sample.join('').includes(part))).toBe(sample.includes('a'));
      expect(sample.length).toBe(sample.includes('a') ? 4 : 2);
    }
  });

  it('reads a text of many pages, and lines longer than a page', async () => {
    const texts = Array.from({ length: 3000 }, (_, k) => String(k).padStart(1 + ((k * 7919) % 500), 'é'));
    texts[1234] = 'x'.repeat(500_000);
    const lines = texts.map((input) => JSON.stringify({ input, output: input.slice(-2) })).join('\n');
    const table = await readExamples(file('long.jsonl', lines));
    expect(Array.from(table, ({ input }) => input)).toEqual(texts);
    expect(table.at(1235)).toMatchObject({ output: texts[1235]!.slice(-2), line: 1236 });
  });

  it.each([
    ['{"input":"1","output":"2"}\n{"input":', 'FILE, line 2: it is not JSON'],
    ['[{"input":"1","output":"2"}]', 'FILE, line 1: it is not a JSON object; expected an object on each line'],
    ['[\n{"input":"1","output":"2"}]', 'FILE, line 1: the file is one list; expected an object on each line'],
    ['"text"', 'FILE, line 1: it is not a JSON object'],
    ['{"input":"1","output":"2"}\n{"question":"1","answer":"2"}', 'FILE, line 2: there is no column "input"; expected one of its columns: "question", "answer"'],
    ['{}', 'FILE, line 1: there is no column "input"; expected columns'],
    ['{"__proto__":{"input":"1"},"output":"2"}', 'FILE, line 1: there is no column "input"'],
    ['{"input":"1","output":"2","input":"3"}', 'FILE, line 1: the key "input" appears twice; expected each key once'],
    ['{"input":"1","output":"2","\\u0069nput":"3"}', 'FILE, line 1: the key "input" appears twice; expected each key once'],
    ['{"input":"","output":"2"}', 'FILE, line 1: the input is empty; expected a question'],
    ['{"input":[],"output":[2]}', 'FILE, line 1: the input is empty; expected a question'],
    ['{"input":"1","output":2}', 'FILE, line 1: the output is 2; expected text, a list of whole numbers or a grid, such as "2" or [2]'],
    ['{"input":"1","output":null}', 'FILE, line 1: the output is null; expected text'],
    ['{"input":"1","output":{"a":1}}', 'FILE, line 1: the output is {"a":1}; expected text'],
    ['{"input":[1,0.5],"output":[1]}', 'FILE, line 1: element 2 of the input is 0.5; expected whole numbers from -2147483648 to 2147483647'],
    ['{"input":[1],"output":[2147483648]}', 'FILE, line 1: element 1 of the output is 2147483648; expected whole'],
    ['{"input":[1e400],"output":[1]}', 'FILE, line 1: element 1 of the input is null; expected whole'],
    ['{"input":[1,"2"],"output":[1]}', 'FILE, line 1: element 2 of the input is "2"; expected whole'],
    ['{"input":[1,[2]],"output":[1]}', 'FILE, line 1: element 2 of the input is [2]; expected whole'],
    ['{"input":"1","output":"2"}\n\n{"input":"1","output":[2]}', 'FILE, line 3: the output is a list of numbers; expected text, as in line 1'],
    ['{"input":[[1,2],[3]],"output":[[1]]}', 'FILE, line 1: row 2 of the input has 1 cells, but row 1 has 2; expected rows of equal length'],
    ['{"input":[[1,2],3],"output":[[1]]}', 'FILE, line 1: row 2 of the input is 3; expected a list in every row of a grid'],
    ['{"input":[[1]],"output":[[]]}', 'FILE, line 1: the rows of the output are empty; expected at least one cell'],
    ['{"input":[[1]],"output":[[1],[0.5]]}', 'FILE, line 1: element 1 of row 2 of the output is 0.5'],
    ['{"input":"\\ud800","output":"1"}', 'FILE, line 1: the input holds half a surrogate pair'],
    [`{"input":"1","output":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 'FILE, line 1: it is not JSON: its lists and objects are nested 100001 levels deep, expected at most 100'],
    ['{"input":"1","output":"2","id":[1]}', 'FILE, line 1: the id is [1]; expected text or a whole number'],
    ['', 'FILE: it holds no examples; expected at least one'],
    ['\ufeff\n\n', 'FILE: it holds no examples; expected at least one'],
  ])('refuses %s', async (text, message) => {
    expect(await refusal(file('bad.jsonl', text))).toContain(message);
  }); // prettier-ignore

  it('refuses bytes that are not UTF-8, and names their line', async () => {
    const good = '{"input":"1","output":"2"}\n';
    const bytes = Buffer.concat([Buffer.from(good.repeat(2)), Buffer.from([0x22, 0xff, 0x0a]), Buffer.from(good)]);
    expect(await refusal(file('bytes.jsonl', bytes))).toBe(
      'FILE, line 3: it holds bytes that are not UTF-8; expected UTF-8',
    );
    const utf16 = Buffer.from(`\ufeff${good}`, 'utf16le');
    expect(await refusal(file('utf16.jsonl', utf16))).toContain('FILE, line 1: it holds bytes that are not UTF-8');
  });

  it('refuses a line that is too long before it is all in memory', async () => {
    const path = file('huge.jsonl', `{"input":"1","output":"2"}\n{"input":"${'1'.repeat(3 << 20)}","output":"2"}`);
    const message = await refusal(path, { maxRowBytes: 1 << 20 });
    expect(message).toBe('FILE, line 2: the line has more than 1048576 bytes; expected one example on each line');
    // The line may end in the piece of the file in which it becomes too long.
    const line = `{"input":"${'1'.repeat(3 << 19)}","output":"2"}\n`;
    expect(await refusal(file('long.jsonl', line.repeat(2)), { maxRowBytes: 1 << 20 })).toContain(
      'line 1: the line has',
    );
    expect(await readExamples(file('long.jsonl', line.repeat(2)))).toHaveLength(2);
  });

  it('refuses more examples than allowed, and reads the first ones with a limit', async () => {
    const path = file('many.jsonl', `${'{"input":"1","output":"2"}\n'.repeat(5)}broken`);
    expect(await refusal(path, { maxExamples: 4 })).toContain(
      'FILE, line 5: the file has more examples; expected at most 4',
    );
    expect(await readExamples(path, { limit: 5 }).then(({ length }) => length, String)).toContain('line 6');
    writeFileSync(path, '{"input":"1","output":"2"}\n'.repeat(5));
    expect(await readExamples(path, { limit: 3 })).toHaveLength(3);
  });

  it('skips low ratings', async () => {
    const path = file('rated.jsonl', [[1, 'a'], ['7', 'b'], [null, 'c'], [7.5, 'd']].map(([rating, input]) => JSON.stringify({ input, output: 'x', rating })).join('\n')); // prettier-ignore
    expect(pairs(await readExamples(path, { minRating: 7 }))).toEqual([['b', 'x'], ['d', 'x']]); // prettier-ignore
    expect(await refusal(path, { minRating: 9 })).toBe(
      'FILE: no example has a rating of at least 9; expected at least one',
    );
    expect(await refusal(file('odd.jsonl', '{"input":"1","output":"2","rating":"hard"}'), { minRating: 1 })).toContain('FILE, line 1: the rating is "hard"; expected a number'); // prettier-ignore
  });

  it('refuses a folder, a missing file and an unknown format', async () => {
    expect(await refusal(folder, { format: 'jsonl' })).toContain('it is a folder, pipe or device');
    expect(await refusal(join(folder, 'none.jsonl'))).toContain('ENOENT');
    await expect(readExamples(file('text.txt', ''))).rejects.toThrow('expected .jsonl, .ndjson, .csv, .tsv, .parquet');
  });
});

describe('CSV and TSV', () => {
  it('are read by the names in the header', async () => {
    const csv = file(
      'a.csv',
      '\ufeffquestion, answer,id,rating\r\n"1,2","a ""b""",x,5\r\n\r\n"line 1\r\nline 2",#c,,\r\n;d,e,x,9\r\n',
    );
    const named = { inputColumn: 'question', outputColumn: 'answer' };
    expect(Array.from(await readExamples(csv, named))).toEqual([
      { input: '1,2', output: 'a "b"', id: 'x', line: 2 },
      { input: ';d', output: 'e', id: 'x', line: 6 },
      { input: 'line 1\r\nline 2', output: '#c', id: undefined, line: 4 },
    ]);
    expect(pairs(await readExamples(csv, { ...named, minRating: 6 }))).toEqual([[';d', 'e']]);
    const tsv = file('a.TSV', 'input\toutput\nsay "x", y\tb\n"quoted\ttab"\tc\n');
    expect(pairs(await readExamples(tsv))).toEqual([['say "x", y', 'b'], ['quoted\ttab', 'c']]); // prettier-ignore
  });

  it('hold grids as JSON', async () => {
    const csv = file('grids.csv', 'input,output\n"[[1,2]]","[[3],[4]]"\n');
    expect(pairs(await readExamples(csv, { json: true }))).toEqual([[[[1, 2]], [[3], [4]]]]);
    expect(await refusal(file('no.csv', 'input,output\n[[1,2,b\n'.replace('1,2,', '1 2,')), { json: true })).toContain('FILE, line 2: the input is "[[1 2"; expected JSON'); // prettier-ignore
  });

  it('are read in the right order if the file has many pieces', async () => {
    const rows = Array.from({ length: 150_000 }, (_, k) => `${k},${2 * k}`);
    const table = await readExamples(file('many.csv', `input,output\n${rows.join('\n')}\n`));
    expect(Array.from(table, ({ input, output }) => `${String(input)},${String(output)}`)).toEqual(rows);
    expect(table.at(-1)!.line).toBe(150_001);
  });

  it.each([
    ['question,answer\na,b\n', 'FILE, line 1: there is no column "input"; expected one of its columns: "question", "answer"'],
    ['input,output,input\na,b,c\n', 'FILE, line 1: two columns have the name "input"'],
    ['input,output\na,b\n\nc\n', 'FILE, line 4: it has 1 fields; expected 2 fields, as in the header'],
    ['input,output\na,b,c\n', 'FILE, line 2: it has 3 fields; expected 2 fields, as in the header'],
    ['input,output\n"a\r\nb",c\r\n,d\r\n', 'FILE, line 4: the input is empty'],
    ['input,output\n\n"a,b\n', 'FILE, line 3: Quote Not Closed'],
    ['input,output\na"b,c\n', 'FILE, line 2: Invalid Opening Quote'],
    ['input,output\n', 'FILE: it holds no examples'],
    ['', 'FILE: there is no column "input"; expected columns'],
  ])('refuse %j', async (text, message) => {
    expect(await refusal(file('bad.csv', text))).toContain(message);
  }); // prettier-ignore

  it('need a column of ratings if there is a lowest one', async () => {
    expect(await refusal(file('unrated.csv', 'input,output\na,b\n'), { minRating: 1 })).toContain('there is no column "rating"; expected one of its columns: "input", "output"'); // prettier-ignore
  });
});

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
