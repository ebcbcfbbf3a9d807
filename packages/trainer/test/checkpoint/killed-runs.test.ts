import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleProgram, startProgram } from './child-program';
import { temporaryFolder } from './small-checkpoint';

const steps = '100';
let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hrm-killed-'));
  program = await bundleProgram('saving-program', folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run killed 20 times, half of them inside a save, ends as one that never was', async () => {
  const uninterrupted = temporaryFolder();
  const whole = await startProgram(program, [uninterrupted, steps]).ending;
  expect(whole).toMatchObject({ code: 0, errors: '' });
  const run = temporaryFolder();
  let kills = 0;
  let killsInsideSave = 0;
  let last = 0;
  for (;;) {
    const savesToLive = 1 + (kills % 2);
    let saves = 0;
    const { child, ending } = startProgram(program, [run, steps], (text) => {
      saves += text.split('saving').length - 1;
      if (kills >= 20 || saves < savesToLive) return;
      // Every other kill comes a few milliseconds into a save, the rest at any time.
      const delay = kills % 2 === 0 ? (kills / 20) * 15 : Math.random() * 30;
      setTimeout(() => child.kill('SIGKILL'), delay);
      saves = Number.NEGATIVE_INFINITY;
    });
    const { code, signal, output, errors } = await ending;
    expect(errors).toBe('');
    const from = Number(/from (\d+)/.exec(output)?.[1]);
    // Nothing saved is lost: each start goes on where the last one was, or further.
    expect(from).toBeGreaterThanOrEqual(last);
    last = from;
    expect(output).not.toContain('warning');
    if (signal === 'SIGKILL') {
      kills++;
      if (output.trimEnd().endsWith('saving')) killsInsideSave++;
      continue;
    }
    expect(code).toBe(0);
    if (kills < 20) {
      // It got to its end before its kill came: once more, from the start.
      rmSync(run, { recursive: true });
      last = 0;
      continue;
    }
    expect(output.split('done')[1]).toBe(whole.output.split('done')[1]);
    break;
  }
  expect(kills).toBe(20);
  expect(killsInsideSave).toBeGreaterThanOrEqual(10);
  expect(readFileSync(join(run, 'metrics.jsonl'))).toEqual(readFileSync(join(uninterrupted, 'metrics.jsonl')));
  const list = (path: string) => readdirSync(join(path, 'checkpoints')).sort();
  // A kill between the last save and its clearing away may leave one more.
  expect(list(uninterrupted)).toHaveLength(3);
  for (const name of list(uninterrupted)) {
    const [a, b] = [run, uninterrupted].map((path) => readFileSync(join(path, 'checkpoints', name, 'manifest.json')));
    expect(a).toEqual(b);
  }
});
