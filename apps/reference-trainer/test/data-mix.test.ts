import { readdirSync } from 'node:fs';
import { readDataset } from '@hrm/data/files';
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
