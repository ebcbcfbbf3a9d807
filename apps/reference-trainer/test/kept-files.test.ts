import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('kept-files');

beforeAll(async () => {
  writeQuickConfig('quick.json');
  expect((await runInProcess(['train', 'quick.json', '--out', 'run'])).status).toBe(0);
});

describe('files that a command did not write are not overwritten', () => {
  it('by hrm residuals --svg, except for an earlier drawing', async () => {
    writeFileSync('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"></svg>');
    const draw = (svg: string) => runInProcess(['residuals', '--run', 'run', '--segments', '1', '--svg', svg]);
    const { status, stderr } = await draw('logo.svg');
    expect(status).toBe(2);
    expect(stderr).toContain('--svg: logo.svg exists already');
    expect(readFileSync('logo.svg', 'utf8')).toContain('></svg>');
    expect((await draw('drawing.svg')).status).toBe(0);
    expect((await draw('drawing.svg')).status).toBe(0);
  });
});
