import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { nodeProcessTable } from '@hrm/files/node';
import { expect, test } from 'vitest';

const { identityOf, state } = nodeProcessTable;

test('this process runs, and so does its parent', () => {
  expect(identityOf().pid).toBe(process.pid);
  expect(state(identityOf())).toBe('running');
  expect(state(identityOf(process.ppid))).toBe('running');
});

test('a process runs until it ends', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = identityOf(child.pid);
  expect(state(identity)).toBe('running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(state(identity)).toBe('gone');
});

test('a process whose number was used again is gone', () => {
  const { started = '' } = identityOf();
  if (process.platform === 'linux') expect(started).toMatch(/^\d+$/);
  expect(state({ ...identityOf(), started: `${started}0` })).toBe(started === '' ? 'running' : 'gone');
});

test('a process from before a restart of the machine is gone, and one of another machine is unknown', () => {
  const here = identityOf();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(state({ ...here, pid, started: undefined })).toBe('gone');
  expect(state({ ...here, boot: here.boot && 'before' })).toBe(here.boot === undefined ? 'running' : 'gone');
  expect(state({ ...here, boot: 'other', host: 'another' })).toBe('unknown');
  expect(state({ ...here, boot: 'other', machine: 'another' })).toBe('unknown');
  expect(state({ ...here, namespace: 'pid:[1]' })).toBe('unknown');
});
