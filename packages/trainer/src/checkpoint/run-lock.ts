import { join } from 'node:path';
import { ensureFolder, type FileSystem, nodeFileSystem, nodeProcessTable, type ProcessTable } from '@hrm/files/node';
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
   * @throws `RunLockedError` with the other process, where one holds the lock; Error of the file system.
   */
  static async acquire(runFolder: string, options: RunLockOptions = {}): Promise<RunLock> {
    expectOptions('RunLock.acquire', options, ['fileSystem', 'processes', 'patience', 'what']);
    const { patience = 10_000 } = options;
    await ensureFolder(options.fileSystem ?? nodeFileSystem, runFolder);
    const claim = claimOf(runFolder, options);
    // Before the claim is made, because a signal may end the process meanwhile.
    const atExit = () => claim.withdrawSync();
    process.on('exit', atExit);
    try {
      await claim.win(Date.now() + patience);
    } catch (error) {
      await claim.withdraw().catch(() => undefined);
      process.off('exit', atExit);
      throw error;
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
