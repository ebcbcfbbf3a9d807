import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('imported-runs');

const official = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));

beforeAll(async () => {
  const { status, stderr } = await runInProcess(['import-official', official, '--out', 'run', '--data', join(official, 'data')]);
  expect(status, stderr).toBe(0);
}); // prettier-ignore

describe('an imported run', () => {
  it('can be trained further, also with another batch size, and then resumed like any other', async () => {
    const args = ['train', '--resume', '--out', 'run', '--set', 'training.batchSize=4', '--set', 'training.learningRate=1e-5'];
    const { status, stdout, stderr } = await runInProcess([...args, '--max-steps', '502']);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('Resuming at step 500.');
    expect(stdout).toContain('Only its weights were imported: the optimizer and the order of the puzzles start anew.');
    expect(stdout).toContain('training.batchSize (was 8, now 4)');
    const weights = async (step: number) =>
      (await readCheckpoint(join('run', 'checkpoints', `checkpoint-00000${step}`))).files['weights']!.get('inner.lm_head.weight')!.data as Float32Array;
    const [before, after] = [await weights(500), await weights(502)];
    // Two steps of at most about the learning rate each, on the imported weights.
    const furthest = after.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 0);
    expect(furthest).toBeGreaterThan(0);
    expect(furthest).toBeLessThan(1e-4);

    const next = await runInProcess(['train', '--resume', '--out', 'run', '--max-steps', '503']);
    expect(next.status, next.stderr).toBe(0);
    expect(next.stdout).not.toContain('imported');
    const refused = await runInProcess(['train', '--resume', '--out', 'run', '--set', 'training.batchSize=8']);
    expect(refused.stderr).toContain('training.batchSize (has 4, given 8)');
  }); // prettier-ignore

  it('has a config that hrm eval can read, or is not imported', async () => {
    mkdirSync('strange');
    cpSync(join(official, 'step_500'), 'strange/step_500');
    const config = readFileSync(join(official, 'all_config.yaml'), 'utf8');
    for (const [key, value, named] of [
      ['lr_min_ratio', '2.5', 'training.minRatio'],
      ['beta1', '1.5', 'training.beta1'],
      ['  H_layers', '0', 'model.hLayers'],
    ] as const) {
      writeFileSync('strange/all_config.yaml', config.replace(new RegExp(`^${key}: .*`, 'm'), `${key}: ${value}`));
      const { status, stderr } = await runInProcess(['import-official', 'strange', '--out', 'never']);
      expect(status, key).toBe(2);
      expect(stderr).toContain(named);
      expect(existsSync('never')).toBe(false);
    }
  });
});
