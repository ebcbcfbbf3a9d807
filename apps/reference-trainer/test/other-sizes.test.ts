import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-other-sizes-'));
const [cells, mixer, larger] = ['cells', 'mixer', 'larger'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const backend = ['--backend', 'wasm', '--json'];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function train(out: string, model: object, ...more: string[]) {
  const config = `${out}.json`;
  const mazes = {
    task: { kind: 'maze', width: 4, height: 4 },
    generate: { train: 24, test: 12, minPathLength: [1, 4] },
  };
  const { task: _, generate: __, ...tiny } = tinyRun;
  const asked = more.includes('--data') ? tiny : { ...tiny, ...mazes };
  writeFileSync(config, JSON.stringify({ ...asked, model, training: { ...tinyRun.training, steps: 1 } }));
  return runInProcess(['train', config, '--out', out, ...backend, ...more]);
}

const cellular = {
  family: 'trm',
  hiddenSize: 8,
  lLayers: 1,
  block: { type: 'cellular' },
  schedule: { type: 'recall', applications: 3 },
  halting: { type: 'fixed-steps', segments: 2 },
  positions: 'none',
};

beforeAll(async () => {
  for (const { status, stderr } of [
    await train(cells, cellular),
    await train(mixer, { ...tinyRun.model, puzzleEmbeddingSize: 0, halting: { type: 'fixed-steps', segments: 2 } }),
    await runInProcess(['data', 'generate', '--task', 'maze', '--width', '7', '--height', '5', '--min-path-length', '2-6', '--train', '12', '--test', '8', '--out', larger]), // prettier-ignore
  ]) {
    expect(status, stderr).toBe(0);
  }
});

describe('a model without parameters that depend on the size of puzzles', () => {
  it('is evaluated on larger ones, with more segments', async () => {
    const args = ['eval', '--run', cells, '--data', larger, '--until', 'end', ...backend];
    const { status, stdout, stderr } = await runInProcess(args);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ count: 8, meanSegments: 2 });
    expect(JSON.parse((await runInProcess([...args, '--segments', '5'])).stdout)).toMatchObject({ meanSegments: 5 });
  });

  it('solves larger ones', async () => {
    const maze = 'S      ##### #        # #####      G';
    const { status, stdout, stderr } = await runInProcess(['solve', '--run', cells, '--set', 'width=6', '--set', 'height=6', maze, ...backend]); // prettier-ignore
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout).answer).toHaveLength(36);
    const unfit = await runInProcess(['solve', '--run', cells, '--set', 'size=6', maze, ...backend]);
    expect([unfit.status, unfit.stderr]).toEqual([2, expect.stringContaining('--set: ')]);
  });

  it('begins a run on larger ones', async () => {
    const { status, stderr } = await train(join(folder, 'more'), cellular, '--data', larger, '--from', cells);
    expect(status, stderr).toBe(0);
  });
});

it('other models refuse puzzles of another size', async () => {
  const { status, stdout, stderr } = await runInProcess(['eval', '--run', mixer, '--data', larger, ...backend]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain("the run's model cannot take mazes of 7x5, because its weights depend on the size");
});

it('--segments says where it does not fit', async () => {
  const voting = join(folder, 'voting');
  const of = [{ type: 'fixed-steps', segments: 2 }];
  expect((await train(voting, { ...cellular, halting: { type: 'all', of } })).status).toBe(0);
  const { status, stderr } = await runInProcess(['eval', '--run', voting, '--segments', '3', ...backend]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('the controllers inside "all"')]);
});
