import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleProgram, startProgram } from './child-program';
import { killUntilDone } from './kill-until-done';
import { temporaryFolder } from '../../../files/test/node/temporary-folder';

const steps = 200;
let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hrm-killed-'));
  program = await bundleProgram('saving-program', folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run that is killed 20 times, half of them during a save, ends as one that was never killed', async () => {
  const uninterrupted = temporaryFolder();
  const whole = await startProgram(program, [uninterrupted, String(steps)]).ending;
  expect(whole).toMatchObject({ code: 0, errors: '' });
  const run = temporaryFolder();
  const { kills, killsInsideSave, result } = await killUntilDone(program, run, steps, 20);
  expect(kills).toBe(20);
  expect(killsInsideSave).toBeGreaterThanOrEqual(8);
  expect(whole.output).toContain(`done ${result}`);
  expect(readFileSync(join(run, 'metrics.jsonl'))).toEqual(readFileSync(join(uninterrupted, 'metrics.jsonl')));
  const list = (path: string) => readdirSync(join(path, 'checkpoints')).sort();
  // A kill between the last save and its clearing away may leave one more.
  expect(list(uninterrupted)).toHaveLength(3);
  for (const name of list(uninterrupted)) {
    const [a, b] = [run, uninterrupted].map((path) => readFileSync(join(path, 'checkpoints', name, 'manifest.json')));
    expect(a).toEqual(b);
  }
});
