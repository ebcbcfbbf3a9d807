import { describe, expect, it } from 'vitest';
import { readExamples } from '../../src/files';
import { file, pairs, refusal } from './example-files';

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
