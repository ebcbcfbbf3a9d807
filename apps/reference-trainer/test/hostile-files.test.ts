import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { readOfficialRun } from '../src/official/official-run';
import { runInProcess } from './run-in-process';

const folder = sharedTemporaryFolder();

/** A folder with one file, or with a pipe without a writer instead. */
function folderWith(name: string, content?: string): string {
  const made = mkdtempSync(join(folder, 'x-'));
  if (content === undefined) execFileSync('mkfifo', [join(made, name)]);
  else writeFileSync(join(made, name), content);
  return made;
}

// Windows has no pipes among files.
describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to is refused at once', () => {
  it.each<[string, () => string[]]>([
    ['as a config', () => ['train', join(folderWith('config.json'), 'config.json'), '--out', join(folder, 'run')]],
    ['as config.json of a run', () => ['residuals', '--run', folderWith('config.json')]],
    ['as all_config.yaml', () => {
      const official = folderWith('all_config.yaml');
      writeFileSync(join(official, 'step_1'), '');
      return ['import-official', official, '--out', join(folder, 'imported')];
    }],
    ['as a checkpoint', () => {
      const official = folderWith('step_1');
      const yaml = fileURLToPath(new URL('testdata/official-run/sudoku/all_config.yaml', import.meta.url));
      return ['import-official', join(official, 'step_1'), '--config', yaml, '--out', join(folder, 'imported')];
    }],
  ])('%s', async (_, args) => {
    const { status, stderr } = await runInProcess([...args(), ...(args()[0] === 'import-official' ? [] : ['--backend', 'cpu'])]);
    expect(stderr).toContain('it is a folder, pipe or device; expected a file');
    expect(status).toBe(2);
  });
}); // prettier-ignore

describe('a file that is too large', () => {
  it.each([
    ['config.json of a run', 'config.json'],
    ['a config', 'big.json'],
  ])('%s is refused unread', async (_, name) => {
    const made = folderWith(name, `{"x": "${'y'.repeat(2 ** 20)}"}`);
    const args = name === 'config.json' ? ['eval', '--run', made] : ['train', join(made, name), '--out', join(folder, 'run')]; // prettier-ignore
    const { status, stderr } = await runInProcess([...args, '--backend', 'cpu']);
    expect(stderr).toContain('bytes long; expected at most 1048576');
    expect(status).toBe(2);
  });
});

describe('all_config.yaml', () => {
  const refusalOf = (yaml: string) => {
    const official = folderWith('all_config.yaml', yaml);
    writeFileSync(join(official, 'step_1'), '');
    const started = performance.now();
    try {
      readOfficialRun(official, undefined);
    } catch (error) {
      return { message: (error as Error).message, milliseconds: performance.now() - started };
    }
    throw new Error('it was accepted');
  };

  it('with very many keys or deep nesting is read quickly', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join('');
    expect(refusalOf(keys(80_000)).message).toContain('expected at most 65536');
    for (const yaml of [keys(7000), '{' + keys(7000).replaceAll('\n', ',') + '}', '['.repeat(65_000)]) {
      const { message, milliseconds } = refusalOf(yaml);
      expect(message).toContain('all_config.yaml');
      // Comparing all pairs of 7,000 keys took over 3 s.
      expect(milliseconds).toBeLessThan(2000);
    }
  });

  it('with the same key twice is refused', () => {
    expect(refusalOf('arch: {a: 1, b: 2, a: 3}\n').message).toContain('the key a occurs twice');
    expect(refusalOf('1: 1\n1: 2\n').message).toContain('the key 1 occurs twice');
  });
});

describe('a config of a larger model than the weights', () => {
  const official = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));
  it.each<[string, (model: Record<string, unknown>) => void]>([
    ['wider', (model) => (model['hiddenSize'] = 2 ** 24)],
    ['deeper', (model) => (model['lLayers'] = 1e9)],
    ['with wider layers', (model) => (model['block'] = { ...(model['block'] as object), expansion: 1e8 })],
    ['with more puzzles', (model) => (model['puzzleEmbeddingSize'] = 1e9)],
    ['with wider inner layers', (model) => (model['block'] = { ...(model['block'] as object), innerSize: 1e8 })],
  ])('%s, is refused before memory is taken for it', async (_, change) => {
    const run = join(mkdtempSync(join(folder, 'large-')), 'run');
    const data = join(official, 'data');
    expect(await runInProcess(['import-official', official, '--out', run, '--data', data])).toMatchObject({
      status: 0,
    });
    const path = join(run, 'config.json');
    const description = JSON.parse(readFileSync(path, 'utf8')) as { config: { model: Record<string, unknown> } };
    change(description.config.model);
    writeFileSync(path, JSON.stringify(description));
    for (const command of [
      ['eval', '--run', run],
      ['train', '--resume', '--out', run],
    ]) {
      const { status, stderr } = await runInProcess([...command, '--backend', 'cpu']);
      expect(stderr).toContain('as its config says');
      expect(status).toBe(1);
    }
  });
});

describe('a config with numbers that no run has', () => {
  const official = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));
  type Description = { config: { model: { [section: string]: object | string } }; puzzles: { seqLen: number } };
  it.each<[string, (description: Description) => unknown, string]>([
    ['segments', ({ config: { model } }) => (model['halting'] = { type: 'q-learning', maxSegments: 1e9 }), 'maxSegments is 1000000000, expected a whole number from 1 to 10000'],
    ['cycles', ({ config: { model } }) => (model['schedule'] = { type: 'one-step-gradient', hCycles: 1, lCycles: 1e9 }), 'lCycles 1000000000 make 1000000001 applications, expected at most 10000'],
    ['positions', ({ puzzles }) => (puzzles.seqLen = 1e9), 'the number of positions is 1000000001, expected a whole number from 1 to 1048576'],
    ['learned positions', ({ config: { model }, puzzles }) => ((model['positions'] = 'learned'), (puzzles.seqLen = 1e6)), 'no tensor has a size of 1000000; expected one for seqLen'],
  ])('of %s, is refused before anything is computed', async (name, change, message) => {
    const run = join(mkdtempSync(join(folder, 'huge-')), 'run');
    await runInProcess(['import-official', official, '--out', run, '--data', join(official, 'data')]);
    const path = join(run, 'config.json');
    const description = JSON.parse(readFileSync(path, 'utf8')) as Description;
    change(description);
    writeFileSync(path, JSON.stringify(description));
    const { status, stderr } = await runInProcess(['eval', '--run', run, '--backend', 'cpu']);
    expect(stderr, name).toContain(message);
    expect(status).not.toBe(0);
  });
}); // prettier-ignore
