import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPytorchAnchor } from '../src/bench/pytorch-anchor';
import { expectResultsPlace, writeResults } from '../src/bench/results-folder';
import { filesOf, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('kept-files');

beforeAll(async () => {
  writeQuickConfig('quick.json');
  expect((await runInProcess(['train', 'quick.json', '--out', 'run'])).status).toBe(0);
});

describe('what a command did not write is not overwritten', () => {
  it('by hrm residuals --svg, but for an earlier drawing', async () => {
    writeFileSync('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"></svg>');
    const draw = (svg: string) => runInProcess(['residuals', '--run', 'run', '--segments', '1', '--svg', svg]);
    const { status, stderr } = await draw('logo.svg');
    expect(status).toBe(2);
    expect(stderr).toContain('--svg: logo.svg is there already');
    expect(readFileSync('logo.svg', 'utf8')).toContain('></svg>');
    expect((await draw('drawing.svg')).status).toBe(0);
    expect((await draw('drawing.svg')).status).toBe(0);
  });

  it('by hrm compare', async () => {
    mkdirSync('notes');
    writeFileSync('notes/comparison.md', 'of two novels');
    const { status, stderr } = await runInProcess(['compare', '--out', 'notes', '--seeds', '1', '--sizes', '4']);
    expect(status).toBe(2);
    expect(stderr).toContain('comparison.md in notes is of no comparison');
    expect(readFileSync('notes/comparison.md', 'utf8')).toBe('of two novels');
  });

  it.each([
    ['--data', 'data.json'],
    ['--growth=batch', 'growth.md'],
    ['--against=pytorch', 'performance.json'],
  ])('by hrm bench %s', async (kind, name) => {
    const out = mkdtempSync('bench-');
    writeFileSync(join(out, name), '{"mine": true}');
    const { status, stderr } = await runInProcess(['bench', kind, '--out', out]);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(`--out: ${name} in ${out} would be overwritten`);
    expect(Object.keys(filesOf(out))).toEqual([name]);
  });

  it('by the results of another benchmark, but for those of an earlier one', async () => {
    const names = ['data.json', 'data.md'] as const;
    await expectResultsPlace('results', names);
    await writeResults('results', { 'data.json': JSON.stringify({ machine: { processor: 'abacus' } }), 'data.md': '' });
    await expectResultsPlace('results', names);
    writeFileSync('results/data.json', '{}');
    await expect(expectResultsPlace('results', names)).rejects.toThrow('choose another folder');
  });

  it.each(['HRM', 'environment'])('nor removed from the cache by hrm bench --against: %s', async (name) => {
    const folder = mkdtempSync('cache-');
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'thesis.txt'), 'mine');
    const run = async () => ({ ok: true, stdout: '', stderr: '' });
    const given = name === 'HRM' ? { python: 'python' } : { checkout: officialCheckout() };
    await expect(findPytorchAnchor({ folder, run, ...given })).rejects.toThrow('is in the way, and not what');
    expect(readFileSync(join(folder, name, 'thesis.txt'), 'utf8')).toBe('mine');
  });
});

function officialCheckout(): string {
  mkdirSync('official/models/hrm', { recursive: true });
  writeFileSync('official/models/hrm/hrm_act_v1.py', '');
  return 'official';
}
