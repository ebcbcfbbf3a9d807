import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { buildDataset } from '@hrm/data';
import { readDataset, writeDataset } from '@hrm/data/files';
import { describe, expect, it } from 'vitest';
import { generatePuzzles, writeNewPuzzles } from '../src/run/puzzles/run-puzzles';
import { SeededRandom } from '@hrm/data';
import { sudokuTask } from '@hrm/data-sudoku-maze';
import { augmentationsOf } from '../src/run/building/build-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('data-mix');

const write = async (folder: string, givens: [number, number], { size = 4 as 4 | 6, seed = 0, train = 20 } = {}) => {
  const puzzles = generatePuzzles(sudokuTask({ size }), { train, test: 5, seed, givens });
  await writeNewPuzzles(folder, puzzles);
  return puzzles;
};
const tokensOf = async (folder: string, split: 'train' | 'test') =>
  (await readDataset(folder, split)).sets['all']!.inputs;

describe('hrm data mix', () => {
  it('combines training and held-out puzzles, and repeats the training puzzles', async () => {
    const easy = await write('easy', [9, 10]);
    const hard = await write('hard', [5, 6], { seed: 5, train: 3 });
    const { stdout, status } = await runInProcess(['data', 'mix', 'easy', 'hard', '--times', '1,4', '--out', 'mixed', '--json']); // prettier-ignore
    expect(status).toBe(0);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toEqual({ out: 'mixed', train: 32, test: 10, known: 0 });
    const repeated = Array.from({ length: 4 }, () => [...hard.train.sets['all']!.inputs]).flat();
    expect([...(await tokensOf('mixed', 'train'))]).toEqual([...easy.train.sets['all']!.inputs, ...repeated]);
    const heldOut = [easy, hard].flatMap(({ test }) => [...test.sets['all']!.inputs]);
    expect([...(await tokensOf('mixed', 'test'))]).toEqual(heldOut);
  });

  it('warns of held-out puzzles that are training puzzles of another part', async () => {
    const { train, test } = await write('one', [6, 8]);
    await writeNewPuzzles('other-way-round', { train: test, test: train });
    const { stderr, stdout } = await runInProcess(['data', 'mix', 'one', 'other-way-round', '--out', 'known']);
    expect(stdout + stderr).toContain('Warning: 25 of the 25 held-out puzzles equal a training puzzle');
  });

  it('refuses puzzles of another kind, wrong times and no folders, and writes nothing', async () => {
    await write('four', [6, 8]);
    await write('six', [14, 20], { size: 6 });
    for (const [args, message] of [
      [['four', 'six'], 'FOLDERS: mixDatasets: vocabSize of data set 2 is 8, expected 6 as in the first'],
      [['four', '--times', '1,2'], '--times: expected 1 whole number from 1, one for each folder, got "1,2"'],
      [['four', 'four', '--times', '1,0'], '--times: expected 2 whole numbers from 1'],
      [[], 'FOLDERS: expected data sets to mix'],
      [['four', 'nowhere'], 'FOLDERS: nowhere has no folder "train"'],
    ] as const) {
      const { status, stderr } = await runInProcess(['data', 'mix', ...args, '--out', 'refused']);
      expect(stderr).toContain(message);
      expect(status).toBe(2);
      expect(readdirSync('.')).not.toContain('refused');
    }
  });
});

describe('hrm data mix of other tasks', () => {
  const mix = (...args: string[]) => runInProcess(['data', 'mix', ...args]);

  it('mixes imported sequences, and refuses other alphabets', async () => {
    const line = (input: string) => JSON.stringify({ input, output: input });
    for (const [name, first, second] of [
      ['ab', 'ab', 'ba'],
      ['aabb', 'aa', 'bb'],
      ['abc', 'ac', 'bb'],
    ] as const) {
      writeFileSync(`${name}.jsonl`, `${line(first)}\n${line(second)}`);
      const files = ['--train', `${name}.jsonl`, '--test', `${name}.jsonl`];
      const { status, stderr } = await runInProcess(['data', 'import', '--task', 'tokens', ...files, '--out', name]);
      expect(status, stderr).toBe(0);
    }
    expect((await mix('ab', 'aabb', '--out', 'words')).status).toBe(0);
    expect([...(await tokensOf('words', 'train'))]).toEqual([1, 2, 2, 1, 1, 1, 2, 2]);
    expect(readFileSync('words/task.json')).toEqual(readFileSync('ab/task.json'));
    const refused = await mix('ab', 'abc', '--out', 'never');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('vocabSize of data set 2 is 4')]);
  });

  it('gives equal names of identifiers equal numbers, and refuses identifiers without names', async () => {
    const sizes = { vocabSize: 5, seqLen: 1 };
    for (const identifiers of [
      ['<blank>', 'a', 'b'],
      ['<blank>', 'c', 'a'],
    ]) {
      const dataset = buildDataset(
        identifiers.slice(1).map((identifier, k) => ({ input: [k + 1], output: [k + 1], identifier })),
        { ...sizes, identifiers },
      );
      const folder = `named-${identifiers[1]}`;
      for (const split of ['train', 'test']) await writeDataset(folder, split, dataset, { identifiers });
    }
    expect((await mix('named-a', 'named-c', '--out', 'named')).status).toBe(0);
    expect(JSON.parse(readFileSync('named/identifiers.json', 'utf8'))).toEqual(['<blank>', 'a', 'b', 'c']);
    const { metadata, sets } = await readDataset('named', 'train');
    expect(metadata.numPuzzleIdentifiers).toBe(4);
    expect([...sets['all']!.puzzleIdentifiers]).toEqual([1, 2, 3, 1]);
    rmSync('named-c/identifiers.json');
    const { status, stderr } = await mix('named-a', 'named-c', '--out', 'never');
    expect([status, stderr]).toEqual([2, expect.stringContaining('named-c has 3 puzzle identifiers, expected a')]);
  });

  it('carries the test puzzles of ARC, and refuses two of one name', async () => {
    const task = (color: number) => {
      const pair = { input: [[color, 0]], output: [[0, color]] };
      return { train: [pair], test: [pair] };
    };
    const importArc = async (name: string, tasks: object) => {
      writeFileSync(`${name}.json`, JSON.stringify(tasks));
      writeFileSync('training.json', JSON.stringify({ base: task(9) }));
      const files = ['--train', 'training.json', '--test', `${name}.json`, '--augmentations', '1'];
      const { status, stderr } = await runInProcess(['data', 'import', '--task', 'arc', ...files, '--out', name]);
      expect(status, stderr).toBe(0);
    };
    await importArc('one-arc', { one: task(1) });
    await importArc('two-arc', { two: task(2) });
    await importArc('other-arc', { one: task(3) });
    const { status, stderr } = await mix('one-arc', 'two-arc', '--out', 'arc');
    expect(status, stderr).toBe(0);
    expect(Object.keys(JSON.parse(readFileSync('arc/test_puzzles.json', 'utf8')) as object)).toEqual(['one', 'two']);
    const names = JSON.parse(readFileSync('arc/identifiers.json', 'utf8')) as string[];
    expect(names).toEqual(expect.arrayContaining(['<blank>', 'one', 'two', 'base']));
    const clash = await mix('one-arc', 'other-arc', '--out', 'never');
    expect([clash.status, clash.stderr]).toEqual([2, expect.stringContaining('two different tasks are called "one"')]);
    rmSync('two-arc/test_puzzles.json');
    expect((await mix('one-arc', 'two-arc', '--out', 'never')).stderr).toContain('two-arc has no test_puzzles.json');
    expect(existsSync('never')).toBe(false);
  });
});

describe('a folder of puzzles that a killed process has left unfinished', () => {
  it('is not used, and is replaced by the next command', async () => {
    const make = (out: string) =>
      runInProcess(['data', 'generate', '--task', 'addition', '--train', '5', '--test', '2', '--out', out]);
    await make('whole');
    await make('half');
    rmSync('half/test', { recursive: true });
    writeFileSync('half/.unfinished', '');
    const used = await mixHalf();
    expect([used.status, used.stderr]).toEqual([2, expect.stringContaining('half is not finished')]);
    writeFileSync('half/train/mine.txt', '');
    expect((await make('half')).stderr).toContain('mine.txt');
    rmSync('half/train/mine.txt');
    expect((await make('half')).status).toBe(0);
    expect(readdirSync('half').sort()).toEqual(readdirSync('whole').sort());
    expect([...(await tokensOf('half', 'train'))]).toEqual([...(await tokensOf('whole', 'train'))]);
  });
  const mixHalf = () => runInProcess(['data', 'mix', 'whole', 'half', '--out', 'never']);
});

it('a run augments puzzles before it reveals cells', () => {
  const training = { augment: true, reveal: { share: 1, most: 100 } };
  const augmentations = augmentationsOf({ name: 'run', training: training as never }, sudokuTask({ size: 4 }));
  const labels = Int32Array.of(2, 3, 4, 5, 4, 5, 2, 3, 3, 2, 5, 4, 5, 4, 3, 2);
  const [turned, revealed] = [1, 2].map((count) => {
    const example = [new Int32Array(16).fill(1), labels.slice()] as const;
    const random = new SeededRandom(4);
    for (const change of augmentations.slice(0, count)) change(...example, random);
    return example;
  });
  expect(turned![1]).not.toEqual(labels);
  expect(turned![0]).toEqual(new Int32Array(16).fill(1));
  expect(revealed![1]).toEqual(turned![1]);
  const changed = [...revealed![0].keys()].filter((cell) => revealed![0][cell] !== 1);
  expect(changed.length).toBeGreaterThan(0);
  for (const cell of changed) expect(revealed![0][cell]).toBe(revealed![1][cell]);
  expect(augmentationsOf({ name: 'run', training: { augment: false } as never }, sudokuTask({ size: 4 }))).toEqual([]);
});
