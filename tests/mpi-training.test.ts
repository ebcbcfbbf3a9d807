import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint } from '@hrm/trainer/checkpoint';
import { afterAll, expect, test } from 'vitest';
import { root } from './documented-programs';
import { mpirun } from './mpi';

const hrm = join(root, 'tests/mpi-hrm.mjs');
const folder = mkdtempSync(join(tmpdir(), 'hrm-mpi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = join(folder, 'tiny.json');
writeFileSync(
  config,
  JSON.stringify({
    name: 'tiny',
    task: { kind: 'sudoku', size: 4 },
    generate: { train: 64, test: 16 },
    model: {
      family: 'hrm',
      hiddenSize: 8,
      hLayers: 1,
      lLayers: 1,
      block: { type: 'mixer' },
      schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
      halting: { type: 'q-learning', maxSegments: 2, exploration: 0.5 },
      positions: 'none',
      puzzleEmbeddingSize: 8,
    },
    // AdamW, because rounding decides the sign of some updates of AdamATan2.
    training: {
      batchSize: 8,
      steps: 1000,
      optimizer: 'adam-w',
      learningRate: 1e-4,
      evaluateEvery: 500,
    },
  }),
);

const words = (run: string, ...more: string[]) => [
  hrm,
  'train',
  ...(more.includes('--resume') ? [] : [config]),
  '--out',
  join(folder, run),
  '--backend',
  'cpu',
  '--no-report',
  ...more,
];

const linesOf = (run: string) =>
  readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { step: number; tokenLoss?: number; haltingSteps?: number[] });

const checkpointsOf = (run: string) => readdirSync(join(folder, run, 'checkpoints')).sort();

/** The numbers of a file of the newest checkpoint, which must be whole. */
async function numbersOf(run: string, file = 'weights'): Promise<number[]> {
  const { files } = await readCheckpoint(join(folder, run, 'checkpoints', checkpointsOf(run).at(-1)!));
  return [...files[file]!.values()].flatMap(({ data }) => Array.from(data as Float32Array));
}

test('mpirun hrm train trains as one process, and resumes on another number of ranks', async (context) => {
  const two = await mpirun(context, 2, words('two', '--max-steps', '6'));
  expect(two.stderr).not.toContain('hrm:');
  expect(two.status).toBe(0);
  // Rank 0 alone prints.
  expect(two.stdout.match(/up to 6 steps of 8, on 2 ranks \(1 host\)/g)).toHaveLength(1);
  const again = await mpirun(context, 2, words('again', '--max-steps', '6'));
  expect(again.status).toBe(0);
  expect(await numbersOf('again')).toEqual(await numbersOf('two'));
  expect(await numbersOf('again', 'carry')).toEqual(await numbersOf('two', 'carry'));

  const rest = spawnSync(process.execPath, words('two', '--resume', '--max-steps', '9'), { encoding: 'utf8' });
  expect(rest.stdout).toContain('number of ranks 2, now 1');
  expect(spawnSync(process.execPath, words('one', '--max-steps', '9')).status).toBe(0);
  const [found, expected] = [await numbersOf('two'), await numbersOf('one')];
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 + 1e-4 * Math.abs(expected[i]!));
  });
  const steps = (run: string) =>
    linesOf(run).flatMap(({ step, haltingSteps }) => (haltingSteps ? [[step, haltingSteps]] : []));
  expect(steps('two')).toEqual(steps('one'));
});

test('ranks with other options are refused before anything is written', async (context) => {
  const other = await mpirun(context, 2, words('other'), { OTHER: '--set training.learningRate=0.5' });
  expect(other.stderr).toMatch(
    /^hrm: rank 0 of 2 on \S+: rank 1 on \S+ differs from rank 0 on \S+: training\.learningRate \(there 0\.0001, here 0\.5\)/m,
  );
  expect(other.status).toBe(2);
  expect(readdirSync(folder)).not.toContain('other');
});

test.for([
  ['kill', /rank 1 with PID \d+ on node \S+ exited on signal 9/],
  ['throw', /hrm: rank 1 of 2 on \S+: a fault of rank 1/],
  ['hang', /hrm: rank 0 of 2 on \S+: waited 2 s for rank 1 on \S+, which hangs/],
] as const)(
  'a rank that fails (%s) is named and ends all, and the last checkpoint is whole',
  async ([fault, named], context) => {
    const run = `fault-${fault}`;
    const { status, stderr, seconds } = await mpirun(
      context,
      2,
      words(run, '--timeout', '2', '--set', 'training.checkpointEvery=2'),
      { FAULT: fault },
    );
    expect(stderr).toMatch(named);
    expect(status).not.toBe(0);
    expect(seconds).toBeLessThan(30);
    if (checkpointsOf(run).length > 0) expect((await numbersOf(run)).length).toBeGreaterThan(100);
  },
);

// srun sends SIGTERM to each rank, at slightly different times; mpirun passes SIGUSR2 on.
test.for(['SIGTERM', 'SIGUSR2'] as const)('%s saves once and ends all ranks', async (signal, context) => {
  const run = `stopped-${signal}`;
  const { stdout, status } = await mpirun(context, 2, words(run), { FAULT: signal });
  expect(status).not.toBe(0);
  expect(stdout).toContain('Resume: ');
  const last = linesOf(run).at(-1)!.step;
  expect(last).toBeLessThan(1000);
  expect(checkpointsOf(run).at(-1)).toBe(`checkpoint-${String(last).padStart(8, '0')}`);
  expect(stdout.match(/^Trained to step \d+/gm)).toEqual([`Trained to step ${last}`]);
});
