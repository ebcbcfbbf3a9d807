import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset, writeDataset } from '@hrm/data/files';
import { buildSudokuDataset, generateSudokuPuzzles, parseSudoku, sudokuClass, sudokuDifficulty } from '@hrm/data-sudoku-maze'; // prettier-ignore
import { expect, it } from 'vitest';
import { dataGenerateCommand } from '../src/commands/data-generate';
import { taskOptions } from '../src/config/task-options';
import { standardTasks } from '../src/run/parts/standard-tasks';
import { runInProcess } from './run-in-process';

const defaults = { set: [], train: '5', test: '2', seed: '0', imports: [], allowImports: false, json: false };
const generate = (task: string, set: string[] = []) => {
  const out = join(mkdtempSync(join(tmpdir(), 'hrm-generate-')), 'data');
  return dataGenerateCommand.run({ ...defaults, task, set, out }).then(() => out);
};

it('the options of every standard task are described', () => {
  expect(Object.keys(taskOptions).sort()).toEqual(Object.keys(standardTasks).sort());
});

it.each(['addition', 'sorting', 'parity', 'dyck', 'countdown', 'queens', 'coloring', 'life'])(
  'hrm data generate makes puzzles of %s, and says of which task they are',
  async (task) => {
    const out = await generate(task);
    expect(JSON.parse(readFileSync(join(out, 'task.json'), 'utf8'))).toEqual({ kind: task });
    const { seq_len } = JSON.parse(readFileSync(join(out, 'train/dataset.json'), 'utf8')) as { seq_len: number };
    expect(seq_len).toBe(standardTasks[task as 'addition']({}).seqLen);
  },
);

it('a small task is generated, trained on, evaluated and solved', async () => {
  const data = await generate('parity', ['length=4']);
  const folder = mkdtempSync(join(tmpdir(), 'hrm-small-task-'));
  const config = {
    name: 'small',
    model: { hiddenSize: 8, hLayers: 1, lLayers: 1, block: { type: 'mixer' }, schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 }, halting: { type: 'q-learning', maxSegments: 2 }, positions: 'none' }, // prettier-ignore
    training: { batchSize: 5, steps: 2, learningRate: 0.01, evaluateEvery: 2 },
  };
  writeFileSync(join(folder, 'small.json'), JSON.stringify(config));
  const run = join(folder, 'run');
  const hrm = async (...args: string[]) => {
    const { status, stdout, stderr } = await runInProcess([...args, '--backend', 'cpu', '--json']);
    expect(status, stderr).toBe(0);
    return { stderr, result: JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown> };
  };
  const { stderr, result } = await hrm('train', join(folder, 'small.json'), '--data', data, '--out', run);
  expect(result).toMatchObject({ steps: 2 });
  // The hint of the end is one that works.
  const hint = /solve --run \S+ '?([^'\n]+)'?\n/.exec(stderr)![1]!;
  expect((await hrm('eval', '--run', run)).result).toMatchObject({ count: 2, exactAccuracy: result['exactAccuracy'] });
  const solved = (await hrm('solve', '--run', run, hint)).result;
  expect(solved).toMatchObject({ valid: expect.any(Boolean) as boolean });
});

it('hrm data generate names the right option or task for a misspelled one', async () => {
  await expect(generate('addition', ['digit=3'])).rejects.toThrow('digit is not known; did you mean digits?');
  await expect(generate('adition')).rejects.toThrow('did you mean addition?');
  await expect(generate('queens', ['size=4'])).rejects.toThrow('only 2 different puzzles were found');
});

it('hrm data generate --like makes Sudokus near those of a file or folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-like-'));
  const file = join(folder, 'hard.txt');
  const hard = '...7.2..5....95.8.19..8..67..4...6....79...2.26...1......5......39.....8....784..';
  writeFileSync(file, `${hard}\n`);
  const make = async (like: string, more = {}) => {
    const out = join(mkdtempSync(join(folder, 'like-')), 'data');
    await dataGenerateCommand.run({ ...defaults, task: 'sudoku', like, out, ...more });
    const { metadata, sets } = await readDataset(out, 'train');
    expect((await readDataset(out, 'test')).sets['all']!.inputs).toHaveLength(2 * 81);
    const { inputs } = sets[metadata.sets[0]!]!;
    return Array.from({ length: 5 }, (_, k) =>
      Uint8Array.from(inputs.slice(81 * k, 81 * (k + 1)), (token) => token - 1),
    );
  };
  const near = await make(file, { minDifficulty: '10' });
  const distance = (a: Uint8Array, b: Uint8Array) => a.filter((digit, cell) => digit !== b[cell]).length;
  for (const question of near) {
    expect(sudokuDifficulty(question)).toBeGreaterThanOrEqual(10);
    expect(distance(question, parseSudoku(hard))).toBeLessThan(25);
  }
  expect(await make(file, { minDifficulty: '10' })).toEqual(near);
  await expect(make(await generate('sudoku'))).resolves.toHaveLength(5);
  await expect(make(await generate('queens'))).rejects.toThrow('holds puzzles of queens, not Sudokus');

  await expect(make(join(folder, 'none.txt'))).rejects.toThrow('--like: there is no file');
  await expect(make(file, { size: '4' })).rejects.toThrow('a puzzle of 81 cells, expected Sudokus of 4x4');
  await expect(make(file, { givens: '25' })).rejects.toThrow('--givens: is not for --like');
  await expect(make(file, { task: 'addition' })).rejects.toThrow('--like: is for sudoku');
});

it('hrm data generate --like avoids the held-out puzzles of a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-like-held-out-'));
  const puzzles = generateSudokuPuzzles({ size: 4, count: 1, givens: 4, seed: 1 });
  const madeLike = async (heldOut: typeof puzzles) => {
    const like = mkdtempSync(join(folder, 'puzzles-'));
    await writeDataset(like, 'train', buildSudokuDataset(puzzles));
    await writeDataset(like, 'test', buildSudokuDataset(heldOut));
    const out = join(mkdtempSync(join(folder, 'like-')), 'data');
    await dataGenerateCommand.run({ ...defaults, task: 'sudoku', size: '4', like, out, train: '4', test: '1' });
    const { inputs, labels } = (await readDataset(out, 'train')).sets['all']!;
    const digits = (tokens: ArrayLike<number>) => Uint8Array.from(tokens, (token) => token - 1);
    return [0, 16, 32, 48].map((start) => ({
      question: digits(inputs.slice(start, start + 16)),
      answer: digits(labels.slice(start, start + 16)),
    }));
  };
  const first = (await madeLike(generateSudokuPuzzles({ size: 4, count: 1, seed: 2 })))[0]!;
  const classes = (await madeLike([first])).map(({ question }) => sudokuClass(question));
  expect(classes).not.toContain(sudokuClass(first.question));
});
