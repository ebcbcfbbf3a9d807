import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExamples } from '../../src/files';
import { dir } from '../temporary-files';
import { file, pairs, refusal } from './example-files';

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
    expect(await refusal(dir, { format: 'jsonl' })).toContain('it is a folder, pipe or device');
    expect(await refusal(join(dir, 'none.jsonl'))).toContain('ENOENT');
    await expect(readExamples(file('text.txt', ''))).rejects.toThrow('expected .jsonl, .ndjson, .csv, .tsv, .parquet');
  });
});
