import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset, writeDataset } from '@hrm/data/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-foreign-puzzles-'));
const run = join(folder, 'run');
const backend = ['--backend', 'wasm', '--json'];
beforeAll(async () => {
  const config = join(folder, 'tiny.json');
  const training = { ...tinyRun.training, steps: 1 };
  writeFileSync(
    config,
    JSON.stringify({ ...tinyRun, generate: { ...tinyRun.generate, train: 24, test: 12 }, training }),
  );
  const { status, stderr } = await runInProcess(['train', config, '--out', run, ...backend]);
  expect(status, stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The run's held-out puzzles; the last one has an identifier for which the model has no vector. */
async function withAnotherIdentifier(name: string, numPuzzleIdentifiers: number): Promise<string> {
  const data = join(folder, name);
  const dataset = await readDataset(join(run, 'data'), 'test');
  const { puzzleIdentifiers, ...set } = dataset.sets['all']!;
  await writeDataset(data, 'test', {
    ...dataset,
    metadata: { ...dataset.metadata, numPuzzleIdentifiers },
    sets: { all: { ...set, puzzleIdentifiers: puzzleIdentifiers.with(-1, numPuzzleIdentifiers - 1) } },
  });
  return data;
}

describe('puzzles with more identifiers than the model has vectors', () => {
  it.each([
    ['eval', []],
    ['eval', ['--until', 'halted']],
    ['residuals', ['--puzzles', '12']],
  ])('are refused by %s %j, rather than taken for others', async (command, options) => {
    const data = await withAnotherIdentifier('foreign', 2);
    const { status, stdout, stderr } = await runInProcess([
      command,
      '--run',
      run,
      '--data',
      data,
      ...options,
      ...backend,
    ]);
    expect(stderr).toContain(`--data: the run's model has no vector for 1 puzzle identifier: "1". Give --unseen blank`);
    expect([status, stdout]).toEqual([2, '']);
    rmSync(data, { recursive: true });
  });

  it('are evaluated if there are no more', async () => {
    const data = await withAnotherIdentifier('own', 1);
    const { status, stdout, stderr } = await runInProcess(['eval', '--run', run, '--data', data, ...backend]);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ count: 12 });
  });
});
