import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PuzzleDataset } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { writeDataset } from '@hrm/data/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { quickRun, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('checked-first');

const emptySet = { inputs: new Uint8Array(), labels: new Uint8Array(), puzzleIdentifiers: new Int32Array(), puzzleIndices: Int32Array.of(0), groupIndices: Int32Array.of(0) }; // prettier-ignore
const nothing = ({ metadata }: PuzzleDataset): PuzzleDataset => ({
  metadata: { ...metadata, totalGroups: 0, meanPuzzleExamples: 0 },
  sets: { all: emptySet },
});

const unlabelled = ({ metadata, sets }: PuzzleDataset): PuzzleDataset => {
  const all = sets['all']!;
  return { metadata: { ...metadata, ignoreLabelId: 0 }, sets: { all: { ...all, labels: all.labels.map(() => 0) } } };
};

beforeAll(async () => {
  writeQuickConfig('quick.json');
  writeQuickConfig('epochs.json', { training: { ...quickRun.training, steps: undefined, epochs: 1, batchSize: 12 } });
  writeQuickConfig('tokens.json', { task: { kind: 'tokens', size: undefined, seqLen: 16, vocabSize: 6 } });
  const train = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 12, seed: 0 }));
  const test = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 4, seed: 1 }));
  const write = async (folder: string, splits: { train: PuzzleDataset; test: PuzzleDataset }) => {
    for (const [split, puzzles] of Object.entries(splits)) await writeDataset(folder, split, puzzles);
  };
  await write('sudoku', { train, test });
  await write('no-test', { train, test: nothing(test) });
  await write('no-train', { train: nothing(train), test });
  await write('no-test-labels', { train, test: unlabelled(test) });
  await write('no-train-labels', { train: unlabelled(train), test });
  const identifiers = { ...test.metadata, numPuzzleIdentifiers: 5 };
  const all = test.sets['all']!;
  const sets = { all: { ...all, puzzleIdentifiers: all.puzzleIdentifiers.with(0, 4) } };
  await write('strangers', { train, test: { metadata: identifiers, sets } });
});

describe('a wrong command is refused before anything is written, and works when corrected', () => {
  it.each<[string, string[], string, string[]]>([
    ['more threads than TensorFlow starts', ['quick.json', '--threads=100000'], '--threads: expected a whole number from 1 to 1024, got "100000"', []],
    ['a layer too wide to exist', ['quick.json', '--set', 'model.hiddenSize=1000000'], 'numbers, expected at most 2147483648; give the layer a smaller size', ['--set', 'model.hiddenSize=16']],
    ['more layers than can be compiled', ['quick.json', '--set', 'model.lLayers=1000000'], 'layers is 1000000, expected a whole number from 1 to 1000', ['--set', 'model.lLayers=1']],
    ['tokens with augmentation', ['tokens.json', '--data', 'sudoku'], 'training.augment', ['--set', 'training.augment=false']],
    ['a batch larger than the data', ['quick.json', '--set', 'training.batchSize=13'], 'training.batchSize', ['--set', 'training.batchSize=12']],
    ['no step at all', ['epochs.json', '--set', 'generate.train=11'], 'training.epochs: 1 epoch over 11 puzzles in batches of 12 is less than one step', ['--set', 'training.batchSize=11']],
    ['an average that keeps all', ['quick.json', '--set', 'training.emaDecay=1'], 'emaDecay', ['--set', 'training.emaDecay=0.9']],
    ['a moment that keeps all', ['quick.json', '--set', 'training.beta2=1'], 'beta2', ['--set', 'training.beta2=0.9']],
    ['no held-out puzzles', ['quick.json', '--data', 'no-test'], 'the folder "test" holds no puzzles', []],
    ['no training puzzles', ['quick.json', '--data', 'no-train'], 'the folder "train" holds no puzzles', []],
    ['held-out puzzles without answers', ['quick.json', '--data', 'no-test-labels'], 'no puzzle in the folder "test" has a label', []],
    ['training puzzles without answers', ['quick.json', '--data', 'no-train-labels'], 'no puzzle in the folder "train" has a label', []],
    ['puzzles with other identifiers', ['quick.json', '--data', 'strangers'], 'no vector for 1 puzzle identifier: "4"; it has vectors for the identifiers of the puzzles', []],
  ])('%s', async (name, args, named, correction) => {
    const run = name.replaceAll(' ', '-');
    const { status, stdout, stderr } = await runInProcess(['train', ...args, '--out', run]);
    expect(status, stdout).toBe(2);
    expect(stderr).toContain(named);
    expect(existsSync(run)).toBe(false);
    // The later of two assignments wins. Instead of wrong puzzles, generated ones are used.
    const corrected = correction.length > 0 ? [...args, ...correction] : ['quick.json'];
    const right = await runInProcess(['train', ...corrected, '--out', run]);
    expect(right.status, right.stderr).toBe(0);
    expect(readdirSync(join(run, 'checkpoints')).length).toBeGreaterThan(0);
  }); // prettier-ignore
});

describe('hrm bench', () => {
  it.each([
    ['--hidden', '1000000', 'numbers, expected at most 2147483648'],
    ['--layers', '1000000', 'layers is 1000000, expected a whole number from 1 to 1000'],
    [
      '--batch',
      '1000000000',
      '--batch: 1000000000 puzzles of 81 tokens are 81000000000 tokens, expected at most 268435456',
    ],
  ])('refuses %s %s', async (option, value, named) => {
    const { status, stderr } = await runInProcess(['bench', option, value, '--backend', 'cpu']);
    expect(stderr).toContain(named);
    expect(status).toBe(2);
  });
});

describe('a command of a run', () => {
  it.each(['eval', 'residuals'])('hrm %s looks for the run before it starts a backend', async (command) => {
    const { status, stdout, stderr } = await runInProcess([command, '--run', 'nowhere']);
    expect(status).toBe(2);
    expect(stderr).toContain('nowhere');
    expect(stdout + stderr).not.toContain('Backend:');
  });
});

it('label smoothing is refused with candidates, before anything is written', async () => {
  const values = ['training.labelSmoothing=0.1', 'model.candidates={"first":2,"count":4}', 'model.positions=none'];
  const set = [...values, 'model.puzzleEmbeddingSize=0'].flatMap((value) => ['--set', value]);
  const args = ['train', 'quick.json', ...set];
  const { status, stderr } = await runInProcess([...args, '--out', 'smoothed']);
  expect(status, stderr).toBe(2);
  expect(stderr).toContain('training.labelSmoothing: is 0.1, which makes every token a target');
  expect(existsSync('smoothed')).toBe(false);
});

describe('an evaluation of no puzzles', () => {
  it.each(['eval', 'residuals'])('is an error of hrm %s', async (command) => {
    if (!existsSync('run')) expect((await runInProcess(['train', 'quick.json', '--out', 'run'])).status).toBe(0);
    const { status, stderr } = await runInProcess([command, '--run', 'run', '--data', 'no-test']);
    expect(status).toBe(2);
    expect(stderr).toContain('holds no puzzles');
  });

  it('is an error too if no cell has a label', async () => {
    const test = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 4, seed: 1 }));
    const all = { ...test.sets['all']!, labels: new Uint8Array(64) };
    await writeDataset('unlabelled', 'test', { metadata: { ...test.metadata, ignoreLabelId: 0 }, sets: { all } });
    const { status, stdout, stderr } = await runInProcess(['eval', '--run', 'run', '--data', 'unlabelled', '--json']);
    expect(status, stdout).toBe(1);
    expect(stderr).toContain('has a label to compare with: nothing was evaluated');
  });
});
