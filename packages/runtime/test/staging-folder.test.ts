import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStagingFolder, isBeingBuilt, publish, removeLeftovers } from '../src/staging-folder';
import { temporaryFolder } from './fake-programs';

describe('a staging folder', () => {
  it('becomes the final one in one step, of two the first', () => {
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

  it('of this process is neither a left-over nor somebody else at work', () => {
    const parent = temporaryFolder();
    const staging = createStagingFolder(parent, 'key');
    expect(removeLeftovers(parent)).toBe(0);
    expect(existsSync(staging)).toBe(true);
    expect(isBeingBuilt(parent, 'key')).toBe(false);
  });

  it('of another live process is at work on its own key only', () => {
    const parent = temporaryFolder();
    const theirs = join(parent, `key.${process.ppid}-1.partial`);
    mkdirSync(theirs);
    writeFileSync(
      join(theirs, 'owner.json'),
      readFileSync(join(createStagingFolder(parent, 'other'), 'owner.json'), 'utf8').replace(
        String(process.pid),
        String(process.ppid),
      ),
    );
    expect(isBeingBuilt(parent, 'key')).toBe(true);
    expect(isBeingBuilt(parent, 'ke')).toBe(false);
  });
});
