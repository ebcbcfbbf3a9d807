import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { beforeAll, describe, expect, it } from 'vitest';
import { defineCommand } from '../src/command-line/command';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { runInProcess } from './run-in-process';

const folder = sharedTemporaryFolder();
const out = join(folder, 'out');

describe('wrong command lines exit with 2, name the mistake, write nothing and show no stack', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'broken.json'), '{"name": ');
    writeFileSync(join(folder, 'unknown-key.json'), JSON.stringify({ name: 'x', colour: 'red' }));
  });

  it.each([
    [['fly'], 'fly'],
    [['data'], 'data generate'],
    [['data', 'destroy'], 'destroy'],
    [['train'], '--out'],
    [['train', '--out', out], 'CONFIG is missing'],
    [['train', '--resume', '--out', out], 'there is no run in'],
    [['train', 'no-such-preset', '--out', out], 'no-such-preset'],
    [['train', 'sudoku-4x4-demo'], '--out'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--max-steps', '0'], '--max-steps'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--max-steps', 'many'], '--max-steps'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--seed', '1.5'], '--seed'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--speed', '9'], '--speed'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--backend', 'gpu'], '--backend'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--set', 'training'], '--set'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--set', 'training.batchSize=none'], 'training.batchSize'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--set', 'model.block={"type":"warp"}'], 'warp'],
    [['train', 'sudoku-4x4-demo', '--out', out, '--set', '__proto__.x=1'], '--set'],
    [['train', 'sudoku-4x4-demo', 'surplus', '--out', out], 'surplus'],
    [['train', 'sudoku-extreme-1k', '--out', out], '--data'],
    [['train', 'sudoku-extreme-1k', '--out', out, '--data', '/no/such/folder'], '--data'],
    [['train', join(folder, 'broken.json'), '--out', out], 'broken.json'],
    [['train', join(folder, 'unknown-key.json'), '--out', out], 'unknown-key.json'],
    [['eval'], '--run'],
    [['eval', '--run', '/no/such/run'], '--run'],
    [['eval', '--run', folder, '--split', 'half'], '--split'],
    [['solve', '1234'], 'PUZZLE: it fits no shipped model'],
    [['bench', '--hidden=-4'], '--hidden'],
    [['bench', '--hidden', '100', '--heads', '3'], '--heads'],
    [['data', 'generate', '--task', 'chess', '--out', out], '--task'],
    [['data', 'generate', '--task', 'sudoku', '--size', '5', '--out', out], '--size'],
    [['data', 'generate', '--task', 'sudoku', '--size', '4', '--givens', 'few', '--out', out], '--givens'],
    [
      ['data', 'generate', '--task', 'sudoku', '--givens', '9-2', '--out', out],
      '--givens: expected the smaller number first, such as 2-9, got "9-2"',
    ],
    [['data', 'generate', '--task', 'sudoku', '--size', '4', '--width', '4', '--out', out], '--width'],
    [['data', 'import', '--task', 'sudoku', '--train', '/no/file', '--test', '/no/file', '--out', out], '--train'],
  ])('hrm %j', async (args, named) => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = await runInProcess(args);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(named);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual(before);
  });
});

it('says that the memory of WebAssembly is full, where its error names an address only', async () => {
  const run = () => Promise.reject(new WebAssembly.RuntimeError('memory access out of bounds'));
  const large = defineCommand({ name: 'large', summary: 'Large', options: z.strictObject({}), examples: [], run });
  const { status, stderr } = await runInProcess(['large'], { name: 'hrm', version: '0', commands: [large] });
  expect(status).toBe(1);
  expect(stderr).toContain('its memory is full (memory access out of bounds); use a smaller batch or model');
});
