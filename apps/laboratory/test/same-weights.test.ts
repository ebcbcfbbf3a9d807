import { parseSafetensors } from '@hrm/files';
import { weights } from '@hrm/weights';
import { expect, it } from 'vitest';
import { runInProcess as runHrm } from '../../reference-trainer/test/run-in-process';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import { differences } from '../src/commands/same-weights';
import { runInProcess } from './run-in-process';

useEmptyFolder('same-weights');

it('names each tensor that differs, the config too, and nothing where all is the same', async () => {
  const shipped = parseSafetensors(await weights('sudoku-4x4'));
  expect(differences(shipped, parseSafetensors(await weights('sudoku-4x4')))).toEqual([]);
  const changed = new Map(shipped.tensors);
  const [name, tensor] = [...changed][0]!;
  changed.set(name, { ...tensor, data: Float32Array.from(tensor.data as Float32Array, (value) => value + 1) });
  expect(differences(shipped, { ...shipped, tensors: changed })).toEqual([name]);
  changed.delete(name);
  const metadata = new Map([...shipped.metadata, ['config', '{}']]);
  expect(differences({ tensors: changed, metadata }, shipped)).toEqual(['config', name]);
});

it('fails where the run is another one, and refuses a name that is none', async () => {
  const trained = await runHrm(['train', 'sudoku-4x4-candidates', '--backend', 'wasm', '--set', 'generate.train=20', '--set', 'generate.test=5', '--set', 'training.batchSize=4', '--max-steps', '1', '--out', 'run']); // prettier-ignore
  expect(trained.status, trained.stderr).toBe(0);
  const { status, stdout, stderr } = await runInProcess(['same-weights', 'run', '--name', 'sudoku-4x4', '--backend', 'wasm', '--json']); // prettier-ignore
  expect([status, stderr]).toEqual([1, expect.stringContaining('run at step 1 is not sudoku-4x4, which is of step 300')]); // prettier-ignore
  const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as { same: boolean; differing: string[] };
  expect(result.same).toBe(false);
  expect(result.differing).not.toContain('config');
  const nowhere = await runInProcess(['same-weights', 'nowhere', '--name', 'sudoku-4x4']);
  expect([nowhere.status, nowhere.stderr]).toEqual([2, expect.stringContaining('RUN: nowhere holds no run')]);
  const wrong = await runInProcess(['same-weights', 'run', '--name', 'chess']);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('there is no model chess')]);
});
