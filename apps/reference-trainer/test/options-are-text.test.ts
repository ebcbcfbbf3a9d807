import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('options-are-text');

const names = ['1.10', '007', '1e3', '0x10', 'true', 'null', '-1', '1_000', '__proto__'];

it.each(names)('--out %s is a folder of that name, not a number', async (name) => {
  const sizes = ['--task', 'sudoku', '--size', '4', '--train', '1', '--test', '1'];
  for (const out of [['--out', name], [`--out=${name}`]]) {
    const { status, stderr } = await runInProcess(['data', 'generate', ...sizes, ...out]);
    if (out.length === 2) expect(status, stderr).toBe(0);
    // The second time, the folder of exactly this name exists.
    else expect(stderr).toContain(`--out: ${name}/train exists already`);
  }
  expect(readdirSync('.')).toContain(name);
  expect(existsSync(`${name}/train/dataset.json`)).toBe(true);
});

it.each(names)('%s as a run, a config and an argument appears in errors as typed', async (name) => {
  expect((await runInProcess(['eval', '--run', name])).stderr).toContain(name);
  expect((await runInProcess(['train', '--out', 'run', '--', name])).stderr).toContain(name);
  expect((await runInProcess(['import-official', '--out', 'run', '--', name])).stderr).toContain(name);
});

it('a number must be a whole number in digits', async () => {
  for (const text of ['1e3', '0x10', '1.0', ' 1', '', '1_000', 'true', '+1', '9007199254740993', '١']) {
    const { status, stderr } = await runInProcess(['data', 'generate', '--task=maze', '--out=mazes', `--seed=${text}`]);
    expect(status, text).toBe(2);
    expect(stderr).toContain('--seed: expected a whole number');
  }
});

it('an option without its value does not take the next option as one', async () => {
  const { status, stderr } = await runInProcess(['data', 'generate', '--task', 'sudoku', '--out', '--json']);
  expect(status).toBe(2);
  expect(stderr).toContain('--out: expected a folder for the puzzles, got "--json"');
});

it('an option given twice is refused, unless it may be repeated', async () => {
  const twice = await runInProcess(['train', 'sudoku-4x4-demo', '--out', 'a', '--out', 'b']);
  expect(twice).toMatchObject({ status: 2, stderr: expect.stringContaining('--out: given more than once') });
  const sets = ['--set', 'training.steps=5', '--set', 'training.batchSize=none'];
  expect((await runInProcess(['train', 'sudoku-4x4-demo', '--out', 'a', ...sets])).stderr).toContain('batchSize');
});
