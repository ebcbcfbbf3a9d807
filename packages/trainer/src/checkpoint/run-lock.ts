import { join } from 'node:path';
import {
  ensureFolder,
  errorCode,
  type FileSystem,
  nodeFileSystem,
  nodeProcessTable,
  type ProcessTable,
} from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import { LockClaim, type LockHolder } from './lock-claim';

/** Options of {@link RunLock.acquire}. */
export interface RunLockOptions {
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
  /** Default: the machine's. */
  readonly processes?: ProcessTable;
  /** How long to wait for other processes that also try to get the lock, in milliseconds. Default 10,000. */
  readonly patience?: number;
  /** What the folder holds, for messages. Default `run`. */
  readonly what?: string;
}

/**
 * The lock of a run's folder: only one process at a time may work on it. Takes over the lock of a process that has
 * ended; `lock-claim.ts` says how.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { RunLock, RunLockedError } from '@hrm/trainer/checkpoint';
 *
 * const run = await mkdtemp('run-');
 * const lock = await RunLock.acquire(run);
 * await RunLock.acquire(run).catch((error: RunLockedError) => console.log(error.message));
 * await lock.release();
 * ```
 */
export class RunLock {
  readonly #claim: LockClaim;
  readonly #atExit: () => void;

  private constructor(claim: LockClaim, atExit: () => void) {
    this.#claim = claim;
    this.#atExit = atExit;
  }

  /** The folder of the lock. */
  get folder(): string {
    return this.#claim.folder;
  }

  /**
   * Locks the run in `runFolder`, which is created if missing. The lock is released when the process exits. If the
   * process is killed, the next process takes the lock over.
   *
   * @throws `RunLockedError` with the other process, where one holds the lock; Error that names the folder, with the
   *   `code` of the file system's error, where the lock cannot be written.
   */
  static async acquire(runFolder: string, options: RunLockOptions = {}): Promise<RunLock> {
    expectOptions('RunLock.acquire', options, ['fileSystem', 'processes', 'patience', 'what']);
    const { patience = 10_000 } = options;
    const claim = claimOf(runFolder, options);
    // Before the claim is made, because a signal may end the process meanwhile.
    const atExit = () => claim.withdrawSync();
    process.on('exit', atExit);
    try {
      await ensureFolder(options.fileSystem ?? nodeFileSystem, runFolder);
      await claim.win(Date.now() + patience);
    } catch (error) {
      await claim.withdraw().catch(() => undefined);
      process.off('exit', atExit);
      throw describeUnwritable(error, runFolder);
    }
    return new RunLock(claim, atExit);
  }

  /** The process that holds the lock of the run in `runFolder`; undefined if none that still runs. Changes nothing. */
  static async holder(
    runFolder: string,
    options: Pick<RunLockOptions, 'fileSystem' | 'processes'> = {},
  ): Promise<LockHolder | undefined> {
    expectOptions('RunLock.holder', options, ['fileSystem', 'processes']);
    return claimOf(runFolder, options).holder();
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    await this.#claim.withdraw();
    await this.#claim.removeFolder();
    // Last, because a second signal may end the process before.
    process.off('exit', this.#atExit);
  }
}

const claimOf = (
  runFolder: string,
  { fileSystem = nodeFileSystem, processes = nodeProcessTable, what = 'run' }: Omit<RunLockOptions, 'patience'>,
) => new LockClaim(join(runFolder, 'run.lock'), { fileSystem, processes, what });

/** Why a folder takes no lock, by the code of the error. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  EROFS: 'its disk is read-only: use a folder on another disk, such as a copy',
  EACCES: 'this user may not read and write there: change its permissions, or work on a copy',
  EPERM: 'this user may not read and write there: change its permissions, or work on a copy',
  ENOSPC: 'the disk is full: free some space and try again',
  EDQUOT: 'the quota of this user is used up: free some space and try again',
};

function describeUnwritable(error: unknown, runFolder: string): unknown {
  const code = errorCode(error);
  const why = code === undefined ? undefined : UNWRITABLE[code];
  if (why === undefined) return error;
  const message = `${runFolder} cannot be locked, because ${why}`;
  return Object.assign(new Error(message, { cause: error }), { code });
}
