import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { shell, startHrm } from './run-hrm';
import { newestStep } from './signalled-run';
import { tinyRun } from './tiny-run';

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'hrm-lost-readers-'));
const config = join(folder, 'tiny.json');
writeFileSync(config, JSON.stringify(tinyRun));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function until(isTrue: () => boolean, child: ReturnType<typeof startHrm>): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null) throw new Error(`it ended too soon, with ${child.exitCode}`);
  }
}

describe('training', () => {
  it('under nohup continues after SIGUSR1, a closed terminal and the loss of both readers, and saves when it is told to end', async () => {
    const run = join(folder, 'nohup');
    const endless = ['--set', 'training.steps=1000000', '--set', 'training.evaluateEvery=1000000'];
    const child = startHrm(['train', config, '--out', run, ...endless], { env: { _: '/usr/bin/nohup' } });
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout!.resume();
    const isSavedAt = (step: number) => existsSync(join(run, 'checkpoints')) && newestStep(run) >= step;
    await until(() => isSavedAt(3), child);
    for (const signal of ['SIGUSR1', 'SIGHUP'] as const) child.kill(signal);
    const before = newestStep(run);
    await until(() => isSavedAt(before + 6), child);
    expect(errors).not.toMatch(/[Dd]ebugger|\n\s+at /);
    child.stdout!.destroy();
    child.stderr!.destroy();
    // A line every five seconds, and the last lines, have no reader.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const later = newestStep(run);
    await until(() => isSavedAt(later + 6), child);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    expect(newestStep(run)).toBeGreaterThan(later);
  });

  it('without a reader succeeds', () => {
    const run = join(folder, 'unread');
    const { status, stderr } = shell(`hrm train ${config} --out ${run} | true`);
    expect(stderr).not.toMatch(/EPIPE|^hrm:|\n\s+at /m);
    expect(status).toBe(0);
    expect(newestStep(run)).toBe(12);
  });

  it('with stdout on a full disk says so once, saves, and fails', () => {
    const run = join(folder, 'full');
    const { status, stderr } = shell(`hrm train ${config} --out ${run} > /dev/full`);
    expect(stderr.match(/^hrm: .*/gm)).toEqual([
      'hrm: stdout cannot be written: ENOSPC: no space left on device, write; continuing without it',
    ]);
    expect(status).toBe(1);
    expect(newestStep(run)).toBe(12);
  });
});

describe.each([['--help'], ['data generate --task sudoku --size 4 --train 3 --test 2 --json --out OUT']])('hrm %s', (line) => {
  let count = 0;
  const args = () => line.replace('OUT', join(folder, `data-${count++}`));

  it('ends quietly without a reader', () => {
    const { status, stderr } = shell(`hrm ${args()} | true`);
    expect(stderr).not.toMatch(/^hrm:|EPIPE|\n\s+at /m);
    expect(status).toBe(141);
    expect(shell(`hrm ${args()} 2>&1 | true`).stdout).toBe('');
  });

  it('reports a full disk', () => {
    const { status, stderr } = shell(`hrm ${args()} > /dev/full`);
    expect(stderr).toMatch(/^hrm: stdout cannot be written: ENOSPC: .*\n$/m);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
  });

  it('needs no reader of stderr', () => {
    expect(shell(`{ hrm ${args()} 2>/dev/full; } 2>&1`).stdout).not.toBe('');
  });
}); // prettier-ignore
