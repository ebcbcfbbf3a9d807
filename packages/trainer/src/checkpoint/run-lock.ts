import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureFolder,
  ensureOwnFolder,
  writeNewFile,
  errorCode,
  type FileSystem,
  nodeFileSystem,
  readWholeFile,
  nodeProcessTable,
  type ProcessIdentity,
  type ProcessTable,
} from '@hrm/files/node';

import { expectOptions } from '@hrm/files/internal';

/** The error of a run that another process works on. */
export class RunLockedError extends Error {
  override readonly name = 'RunLockedError';

  constructor(
    message: string,
    /** The process that holds the lock; undefined if the lock cannot be read. */
    readonly holder: (ProcessIdentity & { readonly since: string }) | undefined,
  ) {
    super(message);
  }
}

/** Options of {@link RunLock.acquire}. */
export interface RunLockOptions {
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
  /** Default: the machine's. */
  readonly processes?: ProcessTable;
  /** How long to wait for other processes that also try to get the lock, in milliseconds. Default 10,000. */
  readonly patience?: number;
}

type Holder = ProcessIdentity & { readonly since: string };

/** The claim of another process. `holder` is undefined if the claim cannot be read. */
interface Claim {
  readonly id: string;
  readonly holder: Holder | undefined;
  readonly isHeld: boolean;
}

/**
 * The lock of a run's folder: only one process at a time may work on it. Takes over the lock of a process that has
 * ended.
 *
 * The lock is a folder `run.lock`. A process writes a claim with a unique name there, then reads the other claims. It
 * holds the lock if no other running process has a claim. Of two processes that claim at the same time, at least one
 * sees the other, and the smaller name wins. Names are never used again, so removing the claim of an ended process
 * cannot remove another one. A process is identified by its number and start time, because numbers are used again.
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
  readonly #fileSystem: FileSystem;
  readonly #id: string;
  readonly #atExit = () => this.#releaseSync();

  private constructor(
    /** The folder of the lock. */
    readonly folder: string,
    fileSystem: FileSystem,
    id: string,
  ) {
    this.#fileSystem = fileSystem;
    this.#id = id;
    process.on('exit', this.#atExit);
  }

  /**
   * Locks the run in `runFolder`, which is created if missing. The lock is released when the process exits. If the
   * process is killed, the next process takes the lock over.
   *
   * @throws {@link RunLockedError} with the other process, where one holds the lock; Error of the file system.
   */
  static async acquire(runFolder: string, options: RunLockOptions = {}): Promise<RunLock> {
    expectOptions('RunLock.acquire', options, ['fileSystem', 'processes', 'patience']);
    const { fileSystem = nodeFileSystem, processes = nodeProcessTable, patience = 10_000 } = options;
    const folder = join(runFolder, 'run.lock');
    await ensureFolder(fileSystem, runFolder);
    const contest = new Contest(folder, fileSystem, processes);
    try {
      await contest.win(Date.now() + patience);
    } catch (error) {
      await contest.withdraw().catch(() => undefined);
      throw error;
    }
    return new RunLock(folder, fileSystem, contest.id);
  }

  /** The process that holds the lock of the run in `runFolder`; undefined if none that still runs. Changes nothing. */
  static async holder(
    runFolder: string,
    options: Pick<RunLockOptions, 'fileSystem' | 'processes'> = {},
  ): Promise<RunLockedError['holder']> {
    expectOptions('RunLock.holder', options, ['fileSystem', 'processes']);
    const { fileSystem = nodeFileSystem, processes = nodeProcessTable } = options;
    return new Contest(join(runFolder, 'run.lock'), fileSystem, processes).holder();
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    for (const name of namesOf(this.#id))
      await ignoring(['ENOENT'], this.#fileSystem.removeFile(join(this.folder, name)));
    // Other processes may already have claims there.
    await ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], this.#fileSystem.removeFolder(this.folder));
    // Last, because a second signal may end the process before.
    process.off('exit', this.#atExit);
  }

  #releaseSync(): void {
    const removals = [
      ...namesOf(this.#id).map((name) => () => this.#fileSystem.removeFileSync(join(this.folder, name))),
      () => this.#fileSystem.removeFolderSync(this.folder),
    ];
    for (const remove of removals) {
      try {
        remove();
      } catch {
        // Already removed, or the next process takes it over, because this one has ended.
      }
    }
  }
}

/** One process's attempt to get the lock. */
class Contest {
  readonly id: string;
  readonly #self: Holder;
  #hasClaim = false;

  constructor(
    readonly folder: string,
    readonly fileSystem: FileSystem,
    readonly processes: ProcessTable,
  ) {
    this.#self = { ...processes.identityOf(), since: new Date().toISOString() };
    this.id = `${this.#self.pid}-${randomBytes(8).toString('hex')}`;
  }

  async win(deadline: number): Promise<void> {
    for (;;) {
      const others = await this.#livingOthers();
      const [other] = [...others].sort((a, b) => Number(b.isHeld) - Number(a.isHeld));
      if (other !== undefined && (other.isHeld || other.holder === undefined || Date.now() > deadline)) {
        throw this.#refusal(other);
      }
      if (other === undefined) {
        if (this.#hasClaim) return this.#hold();
        await this.#claim(deadline);
      } else {
        // The claim with the smallest name stays. The others withdraw and try again.
        if (others.some(({ id }) => id < this.id)) await this.withdraw();
        await sleep(5 + 20 * Math.random());
      }
    }
  }

  /** The process that holds the lock, if it still runs. */
  async holder(): Promise<Holder | undefined> {
    for (const name of await this.#list()) {
      if (!name.endsWith('.held')) continue;
      const holder = await this.#read(join(this.folder, name.replace(/held$/, 'claim')));
      if (typeof holder === 'object' && this.processes.state(holder) !== 'gone') return holder;
    }
    return undefined;
  }

  async withdraw(): Promise<void> {
    if (!this.#hasClaim) return;
    for (const name of namesOf(this.id))
      await ignoring(['ENOENT'], this.fileSystem.removeFile(join(this.folder, name)));
    this.#hasClaim = false;
  }

  /** Writes the claim in one step. Makes no claim if another process removes the folder at the same time. */
  async #claim(deadline: number): Promise<void> {
    const claim = join(this.folder, claimName(this.id));
    const content = new TextEncoder().encode(`${JSON.stringify(this.#self, null, 2)}\n`);
    try {
      await ensureOwnFolder(this.fileSystem, this.folder);
      await writeNewFile(this.fileSystem, `${claim}.tmp`, content);
      this.#hasClaim = true;
      await this.fileSystem.rename(`${claim}.tmp`, claim);
    } catch (error) {
      await this.fileSystem.removeFile(`${claim}.tmp`).catch(() => undefined);
      await this.withdraw();
      // After so long it is not another process: the run's folder was removed, or is a link to nothing.
      if (errorCode(error) !== 'ENOENT' || Date.now() > deadline) throw error;
      await sleep(5);
    }
  }

  async #hold(): Promise<void> {
    await writeNewFile(this.fileSystem, join(this.folder, heldName(this.id)), new Uint8Array());
  }

  /** The claims of other processes that run or may run. Removes those of ended processes. */
  async #livingOthers(): Promise<Claim[]> {
    const names = await this.#list();
    const living: Claim[] = [];
    for (const name of names) {
      const id = /^(.+)\.claim$/.exec(name)?.[1];
      if (id === undefined || id === this.id) continue;
      const holder = await this.#read(join(this.folder, name));
      if (holder === 'gone') continue;
      if (holder !== undefined && this.processes.state(holder) === 'gone') {
        // Another process may remove it at the same time.
        for (const left of namesOf(id)) await ignoring(['ENOENT'], this.fileSystem.removeFile(join(this.folder, left)));
      } else {
        living.push({ id, holder, isHeld: names.includes(heldName(id)) });
      }
    }
    return living;
  }

  async #list(): Promise<readonly string[]> {
    const kind = await this.fileSystem.kindOf(this.folder);
    if (kind === undefined) return [];
    // Removing claims through a link could remove files of someone else.
    if (kind !== 'folder') throw new Error(`${this.folder} is a ${kind}; expected the folder of a lock: move it away`);
    try {
      return (await this.fileSystem.list(this.folder)).map(({ name }) => name);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #read(path: string): Promise<Holder | 'gone' | undefined> {
    try {
      const content = await readWholeFile(this.fileSystem, path, 64 * 1024);
      const holder = JSON.parse(new TextDecoder().decode(content)) as Holder;
      return Number.isSafeInteger(holder.pid) && typeof holder.host === 'string' ? holder : undefined;
    } catch (error) {
      return errorCode((error as Error).cause) === 'ENOENT' ? 'gone' : undefined;
    }
  }

  #refusal({ holder }: Claim): RunLockedError {
    if (holder === undefined) {
      return new RunLockedError(
        `the lock of the run cannot be read; if no process works on the run, remove ${this.folder}`,
        undefined,
      );
    }
    const state = this.processes.state(holder);
    const who = `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
    const advice =
      state === 'unknown'
        ? `this machine cannot see whether it still runs; if it does not, remove ${this.folder}`
        : 'wait for it to end, stop it, or use another folder';
    return new RunLockedError(`the run is in use by ${who}; ${advice}`, holder);
  }
}

const claimName = (id: string) => `${id}.claim`;
const heldName = (id: string) => `${id}.held`;
/** The files of a claim, with the claim itself last, because it keeps the run locked. */
const namesOf = (id: string) => [heldName(id), claimName(id)];

async function ignoring(codes: readonly string[], action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!codes.includes(errorCode(error) ?? '')) throw error;
  }
}
