import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedTemporaryFolder } from '../packages/files/test/node/temporary-folder';
import { root } from './documented-programs';
import { mpirun } from './mpi';
import { tinyModel } from './tiny-model';

const hrm = join(root, 'tests/mpi-hrm.mjs');
const folder = sharedTemporaryFolder();

const config = {
  name: 'tiny',
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 12, test: 4 },
  model: tinyModel,
  training: { batchSize: 2, steps: 4, learningRate: 1e-3, evaluateEvery: 4 },
};
writeFileSync(join(folder, 'tiny.json'), JSON.stringify(config));
const sweep = join(folder, 'sweep.json');
writeFileSync(
  sweep,
  JSON.stringify({ config: 'tiny.json', grid: { 'training.learningRate': [1e-3, 1e30] }, seeds: [0, 1] }),
);

/** The weights of a run after its last step. */
const weightsOf = (run: string) =>
  readFileSync(join(folder, run, 'checkpoints/checkpoint-00000004/weights.safetensors'));

test('mpirun hrm sweep: ranks share the runs, each of which is trained alone', async (context) => {
  const words = [hrm, 'sweep', sweep, '--out', join(folder, 'out'), '--backend', 'cpu'];
  const { status, stdout, stderr } = await mpirun(context, 2, words);
  // The runs with the large learning rate fail.
  expect(stderr).not.toContain('hrm:');
  expect(status).toBe(1);
  expect(stdout.match(/^4 runs, 2 at a time on 2 ranks, 1 thread each/gm)).toHaveLength(1);
  expect(stdout).toMatch(/^learningRate=0\.001 .* 2 of 2$/m);
  expect(stdout).toMatch(/^learningRate=1e\+30 .* 0 of 2, 2 failed$/m);
  expect(readdirSync(join(folder, 'out/logs'))).toHaveLength(4);
  const log = readFileSync(join(folder, 'out/logs/learningRate=0.001,seed=1.log'), 'utf8');
  expect(log).not.toContain('ranks');

  const alone = ['train', join(folder, 'tiny.json'), '--set', 'training.learningRate=0.001', '--seed', '1'];
  const { status: aloneStatus } = spawnSync(process.execPath, [
    hrm,
    ...alone,
    '--out',
    join(folder, 'alone'),
    '--backend',
    'cpu',
    '--no-report',
  ]);
  expect(aloneStatus).toBe(0);
  expect(weightsOf('out/learningRate=0.001,seed=1')).toEqual(weightsOf('alone'));

  const again = await mpirun(context, 2, [...words, '--jobs', '2']);
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('--jobs: as ranks of mpirun or srun, each rank has one run at a time');
});
