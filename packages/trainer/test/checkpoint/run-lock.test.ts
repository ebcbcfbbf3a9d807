import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  nodeFileSystem,
  type FileSystem,
  nodeProcessTable,
  type ProcessIdentity,
  type ProcessTable,
} from '@hrm/files/node';
import { RunLockedError } from '../../src/checkpoint/lock-claim';
import { RunLock } from '../../src/checkpoint/run-lock';
import { bundleProgram, startProgram } from './child-program';
import { FailingFileSystem, failures } from '../../../files/test/node/failing-file-system';
import { SimulatedDisk } from '../../../files/test/node/simulated-disk';
import { temporaryFolder } from '../../../files/test/node/temporary-folder';

const claimsIn = (run: string) => (existsSync(join(run, 'run.lock')) ? readdirSync(join(run, 'run.lock')).sort() : []);

/** A lock as a process that was killed leaves it. */
function leaveLock(run: string, process: Partial<ProcessIdentity>): void {
  const holder = { ...nodeProcessTable.identityOf(), ...process, since: '2026-01-02T03:04:05.000Z' };
  mkdirSync(join(run, 'run.lock'), { recursive: true });
  writeFileSync(join(run, 'run.lock', '7-dead.claim'), JSON.stringify(holder));
  writeFileSync(join(run, 'run.lock', '7-dead.held'), '');
}

async function refusal(run: string, options?: Parameters<typeof RunLock.acquire>[1]): Promise<RunLockedError> {
  const error: unknown = await RunLock.acquire(run, options).then(
    () => new Error('the lock was given'),
    (reason: unknown) => reason,
  );
  if (error instanceof RunLockedError) return error;
  throw error;
}

describe('a lock', () => {
  test('is not taken through a link, and removes nothing there', async () => {
    const [run, other] = [temporaryFolder(), temporaryFolder()];
    leaveLock(other, { pid: 2 ** 22 + 1 });
    symlinkSync(join(other, 'run.lock'), join(run, 'run.lock'));
    await expect(RunLock.acquire(run)).rejects.toThrow(
      /run\.lock is a .*; expected the folder of a lock: move it away/,
    );
    expect(claimsIn(other)).toEqual(['7-dead.claim', '7-dead.held']);
    expect(readdirSync(run)).toEqual(['run.lock']);
  });

  test('is refused in a folder that is a link to nothing, after its time to wait', async () => {
    const run = join(temporaryFolder(), 'run');
    symlinkSync(join(run, '../nowhere'), run);
    await expect(RunLock.acquire(run, { patience: 50 })).rejects.toThrow(/ENOENT/);
  });

  test('is refused to a second process until released, and the error names the holder and the time', async () => {
    const run = join(temporaryFolder(), 'run');
    const lock = await RunLock.acquire(run);
    const error = await refusal(run);
    expect(error.message).toContain(`the run is in use by process ${process.pid} on `);
    expect(error.message).toContain('; wait for it to end');
    expect(error.holder?.pid).toBe(process.pid);
    expect(Date.now() - Date.parse(error.holder!.since)).toBeLessThan(60_000);
    expect(claimsIn(run)).toHaveLength(2);
    await lock.release();
    expect(readdirSync(run)).toEqual([]);
    await (await RunLock.acquire(run)).release();
  });

  test.each([0, 1, 2])('is gone after an exit during its release, at removal %i', async (stopAt) => {
    const run = temporaryFolder();
    let removals = 0;
    const endless = new Promise<void>(() => undefined);
    const hanging: FileSystem = {
      ...nodeFileSystem,
      removeFile: (path) => (removals++ < stopAt ? nodeFileSystem.removeFile(path) : endless),
      removeFolder: (path) => (removals++ < stopAt ? nodeFileSystem.removeFolder(path) : endless),
    };
    const before = process.listeners('exit');
    const lock = await RunLock.acquire(run, { fileSystem: hanging });
    removals = 0;
    void lock.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const atExit = process.listeners('exit').filter((listener) => !before.includes(listener));
    for (const listener of atExit) {
      listener(143);
      process.off('exit', listener);
    }
    expect(readdirSync(run)).toEqual([]);
  });

  test('is gone after an exit while it is being acquired, whatever the file system has done last', async () => {
    for (let stopAt = 1, isAcquired = false; !isAcquired; stopAt++) {
      const run = temporaryFolder();
      let operations = 0;
      const endless = new Promise<never>(() => undefined);
      /** Does its work, but never answers from the given operation on. */
      const hanging = Object.fromEntries(
        Object.entries(nodeFileSystem).map(([name, operation]) => [
          name,
          name.endsWith('Sync')
            ? operation
            : async (...args: never[]) => {
                const result: unknown = await (operation as (...args: never[]) => Promise<unknown>)(...args);
                return ++operations < stopAt ? result : endless;
              },
        ]),
      ) as unknown as FileSystem;
      const before = process.listeners('exit');
      const acquired = RunLock.acquire(run, { fileSystem: hanging }).then(() => true);
      isAcquired = await Promise.race([acquired, new Promise<false>((end) => setTimeout(end, 50, false))]);
      expect(process.listeners('exit').length - before.length).toBeLessThanOrEqual(1);
      for (const listener of process.listeners('exit').filter((one) => !before.includes(one))) {
        listener(143);
        process.off('exit', listener);
      }
      expect(readdirSync(run), `after operation ${stopAt}`).toEqual([]);
    }
  });

  test('is given when its holder has died', async () => {
    const run = temporaryFolder();
    const { child, ending } = startProgram('-e', ['0']);
    await ending;
    leaveLock(run, { pid: child.pid!, started: undefined });
    const lock = await RunLock.acquire(run);
    expect(claimsIn(run).some((name) => name.includes('dead'))).toBe(false);
    await lock.release();
  });

  test('reports its holder without changing anything, unless that process has died', async () => {
    const run = temporaryFolder();
    expect(await RunLock.holder(run)).toBeUndefined();
    const lock = await RunLock.acquire(run);
    const before = claimsIn(run);
    expect(await RunLock.holder(run)).toMatchObject({ pid: process.pid });
    expect(claimsIn(run)).toEqual(before);
    await lock.release();
    leaveLock(run, { boot: 'an earlier one' });
    expect(await RunLock.holder(run)).toBeUndefined();
    expect(claimsIn(run)).toEqual(['7-dead.claim', '7-dead.held']);
  });

  test('is given when the process number now belongs to another process', async () => {
    const run = temporaryFolder();
    // This very process, but started at another time.
    leaveLock(run, { started: `${nodeProcessTable.identityOf().started ?? ''}0` });
    const lock = await RunLock.acquire(run);
    await lock.release();
  });

  test('is given when the machine has restarted since', async () => {
    const run = temporaryFolder();
    leaveLock(run, { boot: 'an earlier one' });
    await (await RunLock.acquire(run)).release();
  });

  test.each([
    ['another machine', { host: 'elsewhere', boot: 'its own', machine: 'its own' }],
    ['a machine of the same name', { boot: 'its own', machine: 'its own' }],
    ['another container', { namespace: 'pid:[1]' }],
  ])('of %s is refused, with what to do', async (_name, identity) => {
    const run = temporaryFolder();
    leaveLock(run, { ...identity, pid: 7 });
    const { message, holder } = await refusal(run);
    expect(holder?.pid).toBe(7);
    expect(message).toMatch(
      /in use by process 7 on .* \(since 2026-01-02.*cannot see whether it still runs.*remove .*run\.lock/,
    );
  });

  test.each([
    ['cut', '{"pid":'],
    ['empty', ''],
    ['of something else', '{"pid":"7"}'],
  ])('that is %s is refused, with what to do', async (_name, content) => {
    const run = temporaryFolder();
    mkdirSync(join(run, 'run.lock'));
    writeFileSync(join(run, 'run.lock', '7-x.claim'), content);
    expect((await refusal(run)).message).toMatch(/cannot be read; if no process works on the run, remove .*run\.lock/);
  });

  test('waits for a process that is about to take it, and no longer than necessary', async () => {
    const run = temporaryFolder();
    leaveLock(run, {});
    const held = join(run, 'run.lock', '7-dead.held');
    unlinkSync(held);
    const start = Date.now();
    expect((await refusal(run, { patience: 200 })).holder?.pid).toBe(process.pid);
    expect(Date.now() - start).toBeGreaterThanOrEqual(200);
    setTimeout(() => unlinkSync(join(run, 'run.lock', '7-dead.claim')), 100);
    await (await RunLock.acquire(run)).release();
  });

  test.each(failures)('is never left behind when any call ends in %s', async (failure) => {
    const identity: ProcessIdentity = { pid: 1, host: 'here' };
    for (let failAt = 0; failAt < 25; failAt++) {
      const disk = new SimulatedDisk();
      await disk.createFolder('/run');
      const fileSystem = new FailingFileSystem(disk, failure, failAt);
      const processes: ProcessTable = { identityOf: () => identity, state: () => 'running' };
      const lock = await RunLock.acquire('/run', { fileSystem, processes }).catch(() => undefined);
      const isReleased = await lock?.release().then(
        () => true,
        () => false,
      );
      // What was killed, or could not clean up, is dead by the time of the next.
      const isDead = failure.startsWith('kill') || isReleased === false || fileSystem.calls[failAt] === 'removeFile';
      const others: ProcessTable = { identityOf: () => identity, state: () => (isDead ? 'gone' : 'running') };
      const next = await RunLock.acquire('/run', { fileSystem: disk, processes: others, patience: 0 });
      await next.release();
    }
  });
});

describe('a lock that many processes want', () => {
  let program: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hrm-lock-'));
    program = await bundleProgram('locking-program', folder);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  test('is taken over from a dead process by one of 20, and the others learn which', async () => {
    const run = temporaryFolder();
    leaveLock(run, { started: '0' });
    let answered = 0;
    const started: ReturnType<typeof startProgram>[] = [];
    await new Promise<void>((resolve) => {
      const onOutput = () => void (++answered === 20 && resolve());
      for (let i = 0; i < 20; i++) started.push(startProgram(program, [run, 'wait'], onOutput));
    });
    for (const { child } of started) child.stdin!.end();
    const endings = await Promise.all(started.map(({ ending }) => ending));
    const holders = endings.filter(({ output }) => output.startsWith('held'));
    expect(holders).toHaveLength(1);
    const pid = /held by (\d+)/.exec(holders[0]!.output)![1]!;
    for (const ending of endings) {
      expect(ending).toMatchObject({ code: 0, errors: '' });
      if (ending !== holders[0]) expect(ending.output).toContain(`refused: the run is in use by process ${pid} on`);
    }
    expect(readdirSync(run)).toEqual([]);
  });

  test('is never held by two, when 20 take it twice and five die holding it', async () => {
    const run = temporaryFolder();
    const started = Array.from({ length: 20 }, (_, i) => startProgram(program, [run, i < 5 ? 'die' : 'take', '2']));
    const endings = await Promise.all(started.map(({ ending }) => ending));
    for (const [i, { signal, output, errors }] of endings.entries()) {
      expect(errors).toBe('');
      expect(output).toBe(i < 5 ? '' : 'done\n');
      expect(signal).toBe(i < 5 ? 'SIGKILL' : null);
    }
    await (await RunLock.acquire(run)).release();
  });

  test('is released by a process that exits', async () => {
    const run = temporaryFolder();
    const { output, code } = await startProgram(program, [run, 'exit']).ending;
    expect(output).toMatch(/^held by/);
    expect(code).toBe(0);
    expect(readdirSync(run)).toEqual([]);
  });
});

test('the identity of this process is recorded', async () => {
  const run = temporaryFolder();
  const lock = await RunLock.acquire(run);
  const [claim] = claimsIn(run);
  expect(JSON.parse(readFileSync(join(run, 'run.lock', claim!), 'utf8'))).toMatchObject(nodeProcessTable.identityOf());
  await lock.release();
});

test.each([
  ['EROFS', /its disk is read-only: use a folder on another disk/],
  ['EACCES', /this user may not read and write there/],
  ['ENOSPC', /the disk is full: free some space/],
])('a folder that takes no lock is named, and why: %s', async (code, why) => {
  const run = temporaryFolder();
  const cause = Object.assign(new Error(`${code}: failed, mkdir`), { code });
  const fileSystem: FileSystem = { ...nodeFileSystem, createFolder: () => Promise.reject(cause) };
  const error: unknown = await RunLock.acquire(run, { fileSystem }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: expect.stringMatching(why) as string, code, cause });
  expect((error as Error).message).toContain(`${run} cannot be locked`);
  expect(readdirSync(run)).toEqual([]);
});
