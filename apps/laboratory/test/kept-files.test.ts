import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf } from '../../reference-trainer/test/quick-run';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import { findPytorchAnchor } from '../src/bench/contenders/pytorch-anchor';
import { expectResultsPlace, writeResults } from '../src/bench/report/results-folder';
import { runInProcess } from './run-in-process';

useEmptyFolder('lab-kept-files');

describe('files that a command did not write are not overwritten', () => {
  it('by hrm-lab compare', async () => {
    mkdirSync('notes');
    writeFileSync('notes/comparison.md', 'of two novels');
    const { status, stderr } = await runInProcess(['compare', '--out', 'notes', '--seeds', '1', '--sizes', '4']);
    expect(status).toBe(2);
    expect(stderr).toContain('comparison.md in notes is not of a comparison');
    expect(readFileSync('notes/comparison.md', 'utf8')).toBe('of two novels');
  });

  it.each([
    ['--data', 'data.json'],
    ['--growth=batch', 'growth.md'],
    ['--against=pytorch', 'performance.json'],
  ])('by hrm-lab bench %s', async (kind, name) => {
    const out = mkdtempSync('bench-');
    writeFileSync(join(out, name), '{"mine": true}');
    const { status, stderr } = await runInProcess(['bench', kind, '--out', out]);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(`--out: ${name} in ${out} would be overwritten`);
    expect(Object.keys(filesOf(out))).toEqual([name]);
  });

  it.each([[['bench', '--data']], [['bench', '--growth=batch']], [['bench', '--against=pytorch']], [['compare']]])(
    'by the folder of hrm-lab %j: a file is refused before anything is measured',
    async (args) => {
      writeFileSync('a-file', 'mine');
      for (const out of ['a-file', join('a-file', 'results', 'first')]) {
        const { status, stdout, stderr } = await runInProcess([...args, '--out', out]);
        expect(stderr).toMatch(/^hrm-lab: --out: \S*a-file is a file, expected a folder for the results\n/);
        expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      }
      expect(readFileSync('a-file', 'utf8')).toBe('mine');
    },
  );

  it.skipIf(process.platform === 'win32')('by the folder of hrm-lab bench: a broken link is refused', async () => {
    symlinkSync('nowhere', 'a-link');
    const { status, stderr } = await runInProcess(['bench', '--data', '--out', 'a-link']);
    expect(stderr).toContain('--out: a-link is a broken link, expected a folder for the results');
    expect(status).toBe(2);
  });

  it('by the results of another benchmark, except for earlier results', async () => {
    const names = ['data.json', 'data.md'] as const;
    await expectResultsPlace('results', names);
    await writeResults('results', { 'data.json': JSON.stringify({ machine: { processor: 'abacus' } }), 'data.md': '' });
    await expectResultsPlace('results', names);
    writeFileSync('results/data.json', '{}');
    await expect(expectResultsPlace('results', names)).rejects.toThrow('choose another folder');
  });

  it.each(['HRM', 'environment'])('or removed from the cache by hrm-lab bench --against: %s', async (name) => {
    const folder = mkdtempSync('cache-');
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'thesis.txt'), 'mine');
    const run = async () => ({ ok: true, stdout: '', stderr: '' });
    const given = name === 'HRM' ? { python: 'python' } : { checkout: officialCheckout() };
    await expect(findPytorchAnchor({ folder, run, ...given })).rejects.toThrow(
      'exists, but the benchmark did not make it',
    );
    expect(readFileSync(join(folder, name, 'thesis.txt'), 'utf8')).toBe('mine');
  });
});

function officialCheckout(): string {
  mkdirSync('official/models/hrm', { recursive: true });
  writeFileSync('official/models/hrm/hrm_act_v1.py', '');
  return 'official';
}
