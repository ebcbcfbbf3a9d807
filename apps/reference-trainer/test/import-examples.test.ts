import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDataset } from '@hrm/data/files';
import { describe, expect, it } from 'vitest';
import { quickRun } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('import-examples');

const lines = (...examples: object[]) => examples.map((example) => `${JSON.stringify(example)}\n`).join('');
const sums = ['1+2', '12+34', '4+4'].map((input) => ({ input, output: String(input.split('+').reduce((sum, n) => sum + Number(n), 0)) })); // prettier-ignore
const parquet = fileURLToPath(new URL('../../../packages/data/test/testdata/sums-zstd.parquet', import.meta.url));
let folders = 0;

/** Imports two files. */
async function importFiles(train: string, test: string, ...args: string[]) {
  const out = `data/out-${folders++}`;
  const task = args.includes('--task') ? [] : ['--task', 'tokens'];
  const result = await runInProcess([
    'data',
    'import',
    ...task,
    '--train',
    train,
    '--test',
    test,
    '--out',
    out,
    ...args,
  ]);
  return {
    out,
    ...result,
    json: args.includes('--json') ? (JSON.parse(result.stdout) as Record<string, unknown>) : {},
  };
}
const labelsOf = async (folder: string, split: string) =>
  Array.from((await readDataset(folder, split)).sets['all']!.labels);
const taskOf = (folder: string) => JSON.parse(readFileSync(`${folder}/task.json`, 'utf8')) as unknown;

describe('hrm data import --task tokens', () => {
  it('warns of questions of the training file with more than one answer', async () => {
    const [sum] = sums;
    writeFileSync('clear.jsonl', lines(...sums, sum!, { input: '4+2', output: '6' }));
    writeFileSync('unclear.jsonl', lines(...sums, { ...sum!, output: '4' }, { ...sum!, output: '8' }, sum!));
    const clear = await importFiles('clear.jsonl', 'clear.jsonl', '--json');
    expect(clear.stderr).not.toMatch(/more than one answer/);
    expect(clear.json).toMatchObject({ train: 5, contradictions: 0 });
    const unclear = await importFiles('unclear.jsonl', 'clear.jsonl', '--json');
    expect(unclear.stderr).toContain(
      '1 question of unclear.jsonl has more than one answer: a model can learn only one',
    );
    expect(unclear.json).toMatchObject({ train: 6, contradictions: 1 });
    const uncounted = await importFiles('unclear.jsonl', 'clear.jsonl', '--json', '--overlap', 'skip');
    expect(uncounted.json).toMatchObject({ contradictions: null });
  });

  it('says how examples become tokens and shows three of them before it writes, and the next command', async () => {
    writeFileSync('train.jsonl', lines(...sums, { input: '0+5', output: '5', id: 'last' }));
    writeFileSync('test.jsonl', lines({ input: '9+1', output: '10' }, { input: '4+4', output: '8' }));
    const { out, status, stdout, stderr } = await importFiles('train.jsonl', 'test.jsonl');
    expect([status, stderr]).toEqual([0, '']);
    const shown = stdout.replace(/\d+\.\d s/, 'TIME').replace('npx ', '');
    expect(shown).toBe(`Alphabet (found, 10 characters; the first is token 1): +012345689
Longest question: 5; longest answer: 2. Each example has 5 tokens; token 0 pads and a model learns to write it after a shorter answer.
Warning: only held-out examples have 9: a model cannot learn what training does not have.

train.jsonl:1
question 1+2
tokens   3 1 4 0 0
answer   3
tokens   5 0 0 0 0

train.jsonl:2
question 12+34
tokens   3 4 1 5 6
answer   46
tokens   6 8 0 0 0

train.jsonl:3
question 4+4
tokens   6 1 6 0 0
answer   8
tokens   9 0 0 0 0

4 examples to train on and 2 examples held out, in ${out} (TIME).
Warning: 1 of the 2 held-out questions occur in training too.
Next:
  hrm train sequences --data ${out} --out runs/${out.slice(5)} --set training.batchSize=4
`);
    expect(taskOf(out)).toEqual({ kind: 'tokens', seqLen: 5, alphabet: '+012345689' });
    expect(await labelsOf(out, 'test')).toEqual([3, 2, 0, 0, 0, 9, 0, 0, 0, 0]);
  });

  it('takes Parquet, columns by name, ratings, a subsample and a declared alphabet', async () => {
    const columns = ['--input-column', 'question', '--output-column', 'answer'];
    const named = await importFiles(parquet, parquet, ...columns, '--json');
    expect(named.json).toMatchObject({ train: 4, test: 4, equalQuestions: 4, task: { alphabet: '+123489' } });
    expect(named.stderr).toContain('4 of the 4 held-out examples have an id of a training example');
    expect(named.stderr).toContain('sums-zstd.parquet:4, id a');
    const rated = await importFiles(parquet, parquet, ...columns, '--min-rating', '5', '--overlap', 'skip', '--json');
    expect(rated.json).toMatchObject({ train: 2, test: 2, equalQuestions: null });
    const declared = ['--alphabet', '0123456789+', '--subsample', '1', '--seed', '3', '--json'];
    const sample = await importFiles(parquet, parquet, ...columns, ...declared);
    expect(sample.json).toMatchObject({ test: 4, task: { alphabet: '0123456789+' } });
    expect([1, 2]).toContain(sample.json['train']);
    expect((await importFiles(parquet, parquet, ...columns, ...declared)).json['train']).toBe(sample.json['train']);
  });

  it('shifts lists of numbers, and cuts text into words', async () => {
    writeFileSync('lists.jsonl', lines({ input: [0, 0, 2], output: [0] }));
    const { out } = await importFiles('lists.jsonl', 'lists.jsonl');
    expect([taskOf(out), await labelsOf(out, 'train')]).toEqual([{ kind: 'tokens', seqLen: 3, numbers: [0, 2] }, [1, 0, 0]]); // prettier-ignore
    writeFileSync('words.csv', 'input,output\nto be,be to\n');
    const words = await importFiles('words.csv', 'words.csv', '--separator', ' ', '--alphabet', 'or be to');
    expect(taskOf(words.out)).toEqual({ kind: 'tokens', seqLen: 2, alphabet: ['or', 'be', 'to'], separator: ' ' });
    expect(await labelsOf(words.out, 'train')).toEqual([2, 3]);
  });

  it('refuses what it cannot read with the place and the fix, and writes nothing', async () => {
    writeFileSync('good.jsonl', lines({ input: '1', output: '2' }));
    writeFileSync('bad.jsonl', `${lines({ input: '1', output: '2' })}{"input": 1}\n`);
    writeFileSync('grids.jsonl', lines({ input: [[1]], output: [[2]] }));
    writeFileSync('other.csv', 'question,answer\n1,2\n');
    writeFileSync('far.jsonl', lines({ input: [0, 1e9], output: [1] }));
    writeFileSync('text.txt', '');
    const huge = `${lines({ input: '1', output: '2' }).repeat(3000)}${lines({ input: '1'.repeat(1_000_000), output: '2' })}`;
    writeFileSync('huge.jsonl', huge);
    symlinkSync('nowhere', 'link.jsonl');
    for (const [train, args, message] of [
      ['bad.jsonl', [], '--train: bad.jsonl, line 2: there is no column "output"'],
      ['grids.jsonl', [], '--train: grids.jsonl, line 1: It is a grid, expected text or a list of numbers.'],
      ['good.jsonl', ['--task', 'grid'], '--train: good.jsonl, line 1: the input is 1; expected'],
      [
        'other.csv',
        [],
        '--train: other.csv, line 1: there is no column "input"; expected one of its columns: "question", "answer"; choose by --input-column and --output-column',
      ],
      ['far.jsonl', [], '--train: the numbers go from 0 to 1000000000'],
      ['huge.jsonl', [], '--train: 3,001 examples of 1,000,000 tokens take 11.2 GiB, expected at most 2'],
      ['text.txt', [], '--train: text.txt: the format is not known by its name'],
      ['text.txt', ['--format', 'csv'], '--train: text.txt: there is no column "input"'],
      ['link.jsonl', [], '--train: there is no file link.jsonl'],
      ['good.jsonl', ['--alphabet', '1'], '--train: good.jsonl, line 1: "2" is not in the alphabet.'],
      ['good.jsonl', ['--alphabet', '112'], '--train: tokens: alphabet: "1" occurs twice'],
      ['good.jsonl', ['--min-rating', '1'], '--train: good.jsonl: no example has a rating of at least 1'],
      ['good.jsonl', ['--augmentations', '1'], '--augmentations: is for --task sudoku, --task maze, --task arc'],
      ['good.jsonl', ['--task', 'sudoku', '--alphabet', '1'], '--alphabet: is for --task tokens'],
      ['good.jsonl', ['--task', 'sudoku', '--input-column', '1'], '--input-column: is for --task tokens, --task grid'],
      ['good.jsonl', ['--task', 'grid', '--separator', ' '], '--separator: is for --task tokens'],
    ] as const) {
      const { out, status, stderr, stdout } = await importFiles(
        train,
        train === 'far.jsonl' ? train : 'good.jsonl',
        ...args,
      );
      expect(stderr).toContain(`hrm: ${message}`);
      expect([status, stdout, existsSync(out)], message).toEqual([2, '', false]);
    }
    const test = await importFiles('good.jsonl', 'lists.jsonl');
    expect([test.status, test.stderr]).toEqual([2, expect.stringContaining('--test: lists.jsonl, line 1: It has numbers, expected text')]); // prettier-ignore
  });

  it('does not change an existing folder of puzzles', async () => {
    const { out } = await importFiles('good.jsonl', 'good.jsonl');
    const before = readdirSync(out);
    const again = await runInProcess(['data', 'import', '--task', 'tokens', '--train', 'lists.jsonl', '--test', 'lists.jsonl', '--out', out]); // prettier-ignore
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining(`--out: ${out}/train exists already`)]);
    expect([readdirSync(out), taskOf(out)]).toEqual([before, { kind: 'tokens', seqLen: 1, alphabet: '12' }]);
  });

  it('makes data that is trained on, evaluated and solved without a config of a task', async () => {
    writeFileSync(
      'quick.json',
      JSON.stringify({
        ...quickRun,
        task: undefined,
        generate: undefined,
        training: { ...quickRun.training, augment: false },
      }),
    );
    const { out } = await importFiles('train.jsonl', 'test.jsonl');
    const run = await runInProcess(['train', 'quick.json', '--data', out, '--out', 'run', '--max-steps', '1']);
    expect([run.status, run.stderr.includes('hrm: ')], run.stderr).toEqual([0, false]);
    expect(run.stdout).toContain('solve --run run 9+1');
    expect((await runInProcess(['eval', '--run', 'run'])).status).toBe(0);
    const solved = await runInProcess(['solve', '--run', 'run', '--json', '12+3']);
    expect(JSON.parse(solved.stdout)).toMatchObject({
      valid: null,
      count: 1,
      answer: expect.stringMatching(/^[+\d·]*$/),
    });
    const wrong = await runInProcess(['solve', '--run', 'run', '12-3']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('PUZZLE, character 3: Unexpected "-"')]);
  });
});

describe('hrm data import --task grid', () => {
  it('pads grids of differing size, from JSONL and from CSV', async () => {
    writeFileSync('grids.jsonl', lines({ input: [[1, 2], [3, 0]], output: [[2]] }, { input: [[1]], output: [[3, 3, 3]] })); // prettier-ignore
    writeFileSync('grids.csv', 'input,output\n"[[1,2],[3,0]]",[[2]]\n');
    const { out, stdout, status } = await importFiles('grids.jsonl', 'grids.csv', '--task', 'grid');
    expect(status).toBe(0);
    expect(stdout).toContain('Colors 0 to 3 are tokens 2 to 5; token 1 ends each row and column.');
    expect(stdout).toContain(
      'Largest question: 2x2; largest answer: 3x1. Each example has 6 tokens; token 0 pads and has no loss.',
    );
    expect(stdout).toContain('question\n12\n30\ntokens   3 4 1 5 2 1\nanswer   2\ntokens   4 1 0 1 0 0\n');
    expect(taskOf(out)).toEqual({ kind: 'grid', width: 3, height: 2, colors: 4 });
    expect(await labelsOf(out, 'test')).toEqual([4, 1, 0, 1, 0, 0]);
    const run = await runInProcess(['train', 'quick.json', '--data', out, '--out', 'grid-run', '--max-steps', '1']);
    expect(run.status, run.stderr).toBe(0);
    const solved = await runInProcess(['solve', '--run', 'grid-run', '--json', '12/30']);
    expect(JSON.parse(solved.stdout)).toMatchObject({ valid: null, answer: expect.stringMatching(/^\[.*\]$/) });
  });
});

describe('hrm data import --min-rating', () => {
  it('keeps hard Sudokus of both files, and needs a column of ratings', async () => {
    const row = (rating: string) => `1.....3..4.....2,1324423124133142${rating}\n`;
    writeFileSync('rated.csv', `question,answer,rating\n${row(',3')}${row(',9')}${row(',')}`);
    writeFileSync('unrated.csv', `question,answer\n${row('')}`);
    writeFileSync('puzzles.txt', '1.....3..4.....2\n');
    const { json } = await importFiles('rated.csv', 'rated.csv', '--task', 'sudoku', '--min-rating', '3', '--json');
    expect(json).toMatchObject({ train: 2, test: 2 });
    for (const [train, rating, message] of [
      ['rated.csv', '10', '--train: rated.csv holds no puzzles with a rating of at least 10'],
      ['puzzles.txt', '1', '--min-rating: puzzles.txt is text, which has no ratings; expected a CSV file'],
      ['unrated.csv', '1', 'unrated.csv:1: expected a header with columns "question"'],
    ] as const) {
      const { status, stderr } = await importFiles(train, 'rated.csv', '--task', 'sudoku', '--min-rating', rating);
      expect(stderr).toContain(message);
      expect([1, 2]).toContain(status);
    }
  });
});
