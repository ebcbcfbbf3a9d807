import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint } from '@hrm/trainer/checkpoint';
import { afterAll, expect, test, type TestContext } from 'vitest';
import { root } from './documented-programs';
import { mpirun } from './mpi';
import { tinyModel } from './tiny-model';

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
    model: { family: 'hrm', ...tinyModel, puzzleEmbeddingSize: 8 },
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

/** Trains as one process or on several ranks, and expects no failure. */
async function train(context: TestContext, ranks: 1 | 2 | 4, run: string, ...more: string[]): Promise<string> {
  if (ranks === 1) return spawnSync(process.execPath, words(run, ...more), { encoding: 'utf8' }).stdout;
  const { status, stdout, stderr } = await mpirun(context, ranks, words(run, ...more));
  expect(stderr).not.toContain('hrm:');
  expect(status).toBe(0);
  return stdout;
}

const haltingOf = (run: string) =>
  linesOf(run).flatMap(({ step, haltingSteps }) => (haltingSteps ? [[step, haltingSteps]] : []));

/** Expects the weights and halting decisions of two runs to be the same, within the rounding of their sums. */
async function expectSameTraining(run: string, other: string): Promise<void> {
  const expected = await numbersOf(other);
  const excess = (await numbersOf(run)).map(
    (value, i) => Math.abs(value - expected[i]!) / (1e-5 + 1e-4 * Math.abs(expected[i]!)),
  );
  expect(Math.max(...excess), run).toBeLessThan(1);
  expect(haltingOf(run), run).toEqual(haltingOf(other));
}

test('mpirun hrm train repeats bit for bit, as one process with lanes, and resumes on another number of ranks', async (context) => {
  const first = await train(context, 2, 'two', '--max-steps', '6');
  // Rank 0 alone prints.
  expect(first.match(/up to 6 steps of 8, on 2 ranks \(1 host\)/g)).toHaveLength(1);
  await train(context, 2, 'again', '--max-steps', '6');
  expect(await numbersOf('again')).toEqual(await numbersOf('two'));
  expect(await numbersOf('again', 'carry')).toEqual(await numbersOf('two', 'carry'));
  // MPI sums in the order in which one process adds up its lanes.
  await train(context, 1, 'lanes', '--max-steps', '6', '--set', 'training.lanes=2');
  expect(await numbersOf('lanes')).toEqual(await numbersOf('two'));

  expect(await train(context, 1, 'two', '--resume', '--max-steps', '9')).toContain('number of ranks 2, now 1');
  await train(context, 1, 'nine', '--max-steps', '9');
  await expectSameTraining('two', 'nine');
});

test('2 and 4 ranks of mpirun hrm train as one process after 50 steps', async (context) => {
  await train(context, 1, 'one-50', '--max-steps', '50');
  expect(haltingOf('one-50')).toHaveLength(50);
  for (const ranks of [2, 4] as const) {
    await train(context, ranks, `ranks-${ranks}-50`, '--max-steps', '50');
    await expectSameTraining(`ranks-${ranks}-50`, 'one-50');
  }
});

test('--wire bfloat16 rounds the gradients that travel, and repeats bit for bit', async (context) => {
  for (const run of ['rounded', 'rounded-again'])
    await train(context, 2, run, '--max-steps', '4', '--wire', 'bfloat16');
  await train(context, 2, 'not-rounded', '--max-steps', '4');
  expect(await numbersOf('rounded-again')).toEqual(await numbersOf('rounded'));
  const [rounded, exact] = [await numbersOf('rounded'), await numbersOf('not-rounded')];
  const differences = rounded.map((value, i) => Math.abs(value - exact[i]!));
  expect(Math.max(...differences)).toBeGreaterThan(1e-7);
  // Each of 4 steps of AdamW changes a weight by the learning rate at most.
  expect(Math.max(...differences)).toBeLessThan(4e-4);
});

test('a wrong command line is reported once', async (context) => {
  const { status, stderr } = await mpirun(context, 2, words('wrong', '--wire', 'float8'));
  expect(stderr.match(/^hrm: .*--wire/gm)).toHaveLength(1);
  expect(status).toBe(2);
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
    const { status, stderr, secondsAfterFault } = await mpirun(
      context,
      2,
      words(run, '--timeout', '2', '--set', 'training.checkpointEvery=2'),
      { FAULT: fault },
    );
    expect(stderr).toMatch(named);
    expect(status).not.toBe(0);
    expect(secondsAfterFault).toBeLessThan(10);
    if (checkpointsOf(run).length > 0) expect((await numbersOf(run)).length).toBeGreaterThan(100);
  },
);

test('a run whose rank was killed is resumed exactly', async (context) => {
  const more = ['--max-steps', '12', '--set', 'training.checkpointEvery=2'];
  const { status } = await mpirun(context, 2, words('killed', ...more), { FAULT: 'kill' });
  expect(status).not.toBe(0);
  await train(context, 2, 'killed', '--resume', ...more.slice(0, 2));
  await train(context, 2, 'untouched', ...more);
  for (const file of ['weights', 'optimizer', 'carry']) {
    expect(await numbersOf('killed', file), file).toEqual(await numbersOf('untouched', file));
  }
  expect(linesOf('killed')).toEqual(linesOf('untouched'));
});

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
