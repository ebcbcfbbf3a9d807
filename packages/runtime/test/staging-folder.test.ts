import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeProcessTable, type ProcessIdentity } from '@hrm/files/node';
import { describe, expect, it, vi } from 'vitest';
import {
  createStagingFolder,
  isBeingBuilt,
  keepAlive,
  publish,
  removeLeftovers,
} from '../src/native/set-up/staging-folder';
import { temporaryFolder } from './fake-programs';

describe('a staging folder', () => {
  it('is renamed in one step, and the first of two wins', () => {
    const parent = temporaryFolder();
    const final = join(parent, 'key');
    const complete = () => existsSync(join(final, 'done'));
    const [first, second] = [createStagingFolder(parent, 'key'), createStagingFolder(parent, 'key')];
    expect(first).not.toBe(second);
    for (const folder of [first, second]) writeFileSync(join(folder, 'done'), folder);
    expect(publish(first, final, complete)).toBe(true);
    expect(publish(second, final, complete)).toBe(false);
    expect(readFileSync(join(final, 'done'), 'utf8')).toBe(first);
    expect(readdirSync(parent)).toEqual(['key']);
    expect(readdirSync(final)).toEqual(['done']);
  });

  it('replaces an incomplete one', () => {
    const parent = temporaryFolder();
    const final = join(parent, 'key');
    mkdirSync(final);
    writeFileSync(join(final, 'half'), '');
    const staging = createStagingFolder(parent, 'key');
    writeFileSync(join(staging, 'done'), '');
    expect(publish(staging, final, () => existsSync(join(final, 'done')))).toBe(true);
    expect(readdirSync(final)).toEqual(['done']);
    expect(readdirSync(parent)).toEqual(['key']);
  });

  it('of this process is neither a left-over nor the build of another process', () => {
    const parent = temporaryFolder();
    const staging = createStagingFolder(parent, 'key');
    expect(removeLeftovers(parent)).toBe(0);
    expect(existsSync(staging)).toBe(true);
    expect(isBeingBuilt(parent, 'key')).toBe(false);
  });

  it('of another running process builds only its own key', () => {
    const parent = temporaryFolder();
    stagingOf(parent, {});
    expect(isBeingBuilt(parent, 'key')).toBe(true);
    expect(isBeingBuilt(parent, 'ke')).toBe(false);
    expect(removeLeftovers(parent)).toBe(0);
  });

  it('of an ended process whose number was used again is a left-over, and no process waits for it', () => {
    const parent = temporaryFolder();
    stagingOf(parent, { started: '1' });
    expect(isBeingBuilt(parent, 'key')).toBe(false);
    expect(removeLeftovers(parent)).toBe(1);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('of another machine or container counts as running while its owner file is updated', () => {
    const parent = temporaryFolder();
    const theirs = stagingOf(parent, { host: 'another', boot: 'another' });
    const old = new Date(Date.now() - 660_000);
    expect(isBeingBuilt(parent, 'key')).toBe(true);
    utimesSync(join(theirs, 'owner.json'), old, old);
    vi.useFakeTimers();
    const stop = keepAlive(theirs);
    vi.advanceTimersByTime(30_000);
    stop();
    vi.useRealTimers();
    expect(isBeingBuilt(parent, 'key')).toBe(true);
    utimesSync(join(theirs, 'owner.json'), old, old);
    expect(isBeingBuilt(parent, 'key')).toBe(false);
    expect(removeLeftovers(parent)).toBe(1);
  });

  it('cannot be read by others before it is published', () => {
    const parent = temporaryFolder();
    const staging = createStagingFolder(parent, 'key');
    expect(statSync(staging).mode & 0o777).toBe(0o700);
    publish(staging, join(parent, 'key'), () => true);
    expect(statSync(join(parent, 'key')).mode & 0o777).toBe(0o755);
  });
});

/**
 * Makes a staging folder that seems to belong to the parent process, with `changes` to its identity.
 */
function stagingOf(parent: string, changes: Partial<ProcessIdentity>): string {
  const folder = join(parent, `key.${process.ppid}-1.partial`);
  mkdirSync(folder);
  const owner: ProcessIdentity = { ...nodeProcessTable.identityOf(process.ppid), ...changes };
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
  return folder;
}
