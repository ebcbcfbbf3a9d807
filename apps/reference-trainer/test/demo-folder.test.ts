import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunLock } from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRunConfig } from '../src/config/load-run-config';
import { beginRun } from '../src/run/training/begin-run';
import { Terminal } from '../src/terminal/terminal';
import { filesOf, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('demo-folder');

/** Trains like `hrm demo`, but for a moment. */
async function quickDemo(out: string): Promise<void> {
  const demo = { out, compile: 'eager' as const, allowImports: false, isDemo: true };
  await beginRun({ ...loadRunConfig('quick.json'), name: 'sudoku-4x4-demo' }, demo, new Terminal(true));
}

/** Copies a folder, changes it, and expects `hrm demo` to refuse it unchanged. */
async function expectLeftAlone(folder: string, from: string, spoil: () => void = () => {}): Promise<string> {
  cpSync(from, folder, { recursive: true });
  spoil();
  const before = filesOf(folder);
  const { status, stdout, stderr } = await runInProcess(['demo', '--out', folder]);
  expect(status, stdout).toBe(2);
  expect(stderr).toContain('--out: ');
  expect(filesOf(folder)).toEqual(before);
  return stderr;
}

beforeAll(async () => {
  writeQuickConfig('quick.json');
  await quickDemo('demo');
  expect((await runInProcess(['train', 'quick.json', '--out', 'trained'])).status).toBe(0);
});

describe('hrm demo does not change', () => {
  it('a foreign folder that has a config.json', async () => {
    mkdirSync('foreign');
    writeFileSync('foreign/config.json', '{"editor": "vi"}');
    writeFileSync('foreign/thesis.txt', 'years of work');
    expect(await expectLeftAlone('foreign-copy', 'foreign')).toContain('is not empty');
  });

  it('a run of hrm train, even one of the same preset', async () => {
    expect(await expectLeftAlone('trained-copy', 'trained')).toContain('is not empty');
    const path = join('trained-as-demo', 'config.json');
    await expectLeftAlone('trained-as-demo', 'trained', () =>
      writeFileSync(path, readFileSync(path, 'utf8').replace('"name": "quick"', '"name": "sudoku-4x4-demo"')),
    );
  });

  it('a demo that was trained further', async () => {
    cpSync('demo', 'further', { recursive: true });
    const { status, stderr } = await runInProcess([
      'train',
      '--resume',
      '--out',
      'further',
      '--set',
      'training.steps=5',
    ]);
    expect(status, stderr).toBe(0);
    await expectLeftAlone('further-copy', 'further');
  });

  it.each<[string, (folder: string) => void]>([
    ['notes.md', (folder) => writeFileSync(join(folder, 'notes.md'), 'what I saw')],
    ['data/mine.csv', (folder) => writeFileSync(join(folder, 'data', 'mine.csv'), '1,2')],
    ['data/train/my__notes.npy', (folder) => writeFileSync(join(folder, 'data', 'train', 'my__notes.npy'), 'mine')],
    ['checkpoints/checkpoint-00000004/exported.safetensors', (folder) =>
      writeFileSync(join(folder, 'checkpoints', 'checkpoint-00000004', 'exported.safetensors'), 'mine')],
    ['checkpoints/best', (folder) => cpSync(join(folder, 'data'), join(folder, 'checkpoints', 'best'), { recursive: true })],
    ['checkpoints/foreign-files-of-checkpoint-00000004', (folder) => mkdirSync(join(folder, 'checkpoints', 'foreign-files-of-checkpoint-00000004'))],
    ['metrics.jsonl', (folder) => {
      rmSync(join(folder, 'metrics.jsonl'));
      symlinkSync('../quick.json', join(folder, 'metrics.jsonl'));
    }],
  ])('an earlier demo with %s among its files', async (name, spoil) => {
    const folder = `demo-with-${name.replaceAll('/', '-')}`;
    const stderr = await expectLeftAlone(folder, 'demo', () => spoil(folder));
    expect(stderr).toContain(`but ${name} there is not part of that run`);
    expect(stderr).toContain('move it away, or choose another folder');
  }); // prettier-ignore

  it('an earlier demo if the backend does not start, or if another process uses it', async () => {
    const before = filesOf('demo');
    expect((await runInProcess(['demo', '--out', 'demo', '--backend', 'abacus'])).status).toBe(2);
    process.env.HRM_BACKEND = 'abacus';
    expect((await runInProcess(['demo', '--out', 'demo'])).status).toBe(1);
    process.env.HRM_BACKEND = 'wasm';
    const lock = await RunLock.acquire('demo');
    await expect(quickDemo('demo')).rejects.toThrow('the run is in use by process');
    await lock.release();
    expect(filesOf('demo')).toEqual(before);
  });
});

it('an earlier demo is replaced by the next', async () => {
  const before = filesOf('demo');
  // Files that a killed process left are replaced too.
  mkdirSync('demo/checkpoints/.saving-checkpoint-00000003-0a1b');
  writeFileSync('demo/checkpoints/.saving-checkpoint-00000003-0a1b/weights.safetensors', '');
  await quickDemo('demo');
  const after = filesOf('demo');
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(after['checkpoints/checkpoint-00000004/weights.safetensors']).toBe(
    before['checkpoints/checkpoint-00000004/weights.safetensors'],
  );
});
