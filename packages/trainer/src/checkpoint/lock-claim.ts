import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureOwnFolder,
  errorCode,
  type FileSystem,
  type ProcessIdentity,
  type ProcessTable,
  readWholeFile,
  writeNewFile,
} from '@hrm/files/node';

/** A process that holds a lock, and since when, as an ISO date. */
export type LockHolder = ProcessIdentity & { readonly since: string };

/** The claim of another process. `holder` is undefined if the claim cannot be read. */
interface OtherClaim {
  readonly id: string;
  readonly holder: LockHolder | undefined;
  readonly isHeld: boolean;
}

/** The error of a run that another process works on. */
export class RunLockedError extends Error {
  override readonly name = 'RunLockedError';

  constructor(
    message: string,
    /** The process that holds the lock; undefined if the lock cannot be read. */
    readonly holder: LockHolder | undefined,
  ) {
    super(message);
  }
}

/**
 * One process's claim to a lock.
 *
 * The lock is a folder. A process writes a claim with a unique name there, then reads the other claims. It holds the
 * lock if no other running process has a claim. Of two processes that claim at the same time, at least one sees the
 * other, and the smaller name wins. Names are never used again, so removing the claim of an ended process cannot remove
 * another one. A process is identified by its number and start time, because numbers are used again.
 */
export class LockClaim {
  readonly #fileSystem: FileSystem;
  readonly #processes: ProcessTable;
  readonly #what: string;
  readonly #self: LockHolder;
  readonly #id: string;
  #hasClaim = false;

  constructor(
    readonly folder: string,
    { fileSystem, processes, what }: { fileSystem: FileSystem; processes: ProcessTable; what: string },
  ) {
    this.#fileSystem = fileSystem;
    this.#processes = processes;
    this.#what = what;
    this.#self = { ...processes.identityOf(), since: new Date().toISOString() };
    this.#id = `${this.#self.pid}-${randomBytes(8).toString('hex')}`;
  }

  /**
   * Gets the lock. Waits up to `deadline` for processes that also try to.
   *
   * @throws RunLockedError where another process holds it; Error of the file system.
   */
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
        if (others.some(({ id }) => id < this.#id)) await this.withdraw();
        await sleep(5 + 20 * Math.random());
      }
    }
  }

  /** The process that holds the lock, if it still runs. */
  async holder(): Promise<LockHolder | undefined> {
    for (const name of await this.#list()) {
      if (!name.endsWith('.held')) continue;
      const holder = await this.#read(join(this.folder, name.replace(/held$/, 'claim')));
      if (typeof holder === 'object' && this.#processes.state(holder) !== 'gone') return holder;
    }
    return undefined;
  }

  /** Removes the claim, and so gives the lock back. */
  async withdraw(): Promise<void> {
    if (!this.#hasClaim) return;
    for (const name of namesOf(this.#id)) await this.#removeFile(name);
    this.#hasClaim = false;
  }

  /** Removes the folder of the lock, unless other processes have claims there. */
  async removeFolder(): Promise<void> {
    await ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], this.#fileSystem.removeFolder(this.folder));
  }

  /** Does both at the exit of the process. */
  withdrawSync(): void {
    const removals = [
      ...[...namesOf(this.#id), unfinishedName(this.#id)].map(
        (name) => () => this.#fileSystem.removeFileSync(join(this.folder, name)),
      ),
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

  /** Removes a file that another process may remove at the same time. */
  async #removeFile(name: string): Promise<void> {
    await ignoring(['ENOENT'], this.#fileSystem.removeFile(join(this.folder, name)));
  }

  /** Writes the claim in one step. Makes no claim if another process removes the folder at the same time. */
  async #claim(deadline: number): Promise<void> {
    const claim = join(this.folder, claimName(this.#id));
    const unfinished = join(this.folder, unfinishedName(this.#id));
    const content = new TextEncoder().encode(`${JSON.stringify(this.#self, null, 2)}\n`);
    try {
      await ensureOwnFolder(this.#fileSystem, this.folder);
      await writeNewFile(this.#fileSystem, unfinished, content);
      this.#hasClaim = true;
      await this.#fileSystem.rename(unfinished, claim);
    } catch (error) {
      await this.#fileSystem.removeFile(unfinished).catch(() => undefined);
      await this.withdraw();
      // After so long it is not another process: the run's folder was removed, or is a link to nothing.
      if (errorCode(error) !== 'ENOENT' || Date.now() > deadline) throw error;
      await sleep(5);
    }
  }

  async #hold(): Promise<void> {
    await writeNewFile(this.#fileSystem, join(this.folder, heldName(this.#id)), new Uint8Array());
  }

  /** The claims of other processes that run or may run. Removes those of ended processes. */
  async #livingOthers(): Promise<OtherClaim[]> {
    const names = await this.#list();
    const living: OtherClaim[] = [];
    for (const name of names) {
      const id = /^(.+)\.claim$/.exec(name)?.[1];
      if (id === undefined || id === this.#id) continue;
      const holder = await this.#read(join(this.folder, name));
      if (holder === 'gone') continue;
      if (holder !== undefined && this.#processes.state(holder) === 'gone') {
        for (const left of namesOf(id)) await this.#removeFile(left);
      } else {
        living.push({ id, holder, isHeld: names.includes(heldName(id)) });
      }
    }
    return living;
  }

  async #list(): Promise<readonly string[]> {
    const kind = await this.#fileSystem.kindOf(this.folder);
    if (kind === undefined) return [];
    // Removing claims through a link could remove files of someone else.
    if (kind !== 'folder') throw new Error(`${this.folder} is a ${kind}; expected the folder of a lock: move it away`);
    try {
      return (await this.#fileSystem.list(this.folder)).map(({ name }) => name);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #read(path: string): Promise<LockHolder | 'gone' | undefined> {
    try {
      const content = await readWholeFile(this.#fileSystem, path, 64 * 1024);
      const holder = JSON.parse(new TextDecoder().decode(content)) as LockHolder;
      return Number.isSafeInteger(holder.pid) && typeof holder.host === 'string' ? holder : undefined;
    } catch (error) {
      return errorCode((error as Error).cause) === 'ENOENT' ? 'gone' : undefined;
    }
  }

  #refusal({ holder }: OtherClaim): RunLockedError {
    if (holder === undefined) {
      return new RunLockedError(
        `the lock of the ${this.#what} cannot be read; if no process works on the ${this.#what}, remove ${this.folder}`,
        undefined,
      );
    }
    const state = this.#processes.state(holder);
    const who = `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
    const advice =
      state === 'unknown'
        ? `this machine cannot see whether it still runs; if it does not, remove ${this.folder}`
        : 'wait for it to end, stop it, or use another folder';
    return new RunLockedError(`the ${this.#what} is in use by ${who}; ${advice}`, holder);
  }
}

const claimName = (id: string) => `${id}.claim`;
/** A claim that is being written. */
const unfinishedName = (id: string) => `${claimName(id)}.tmp`;
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
