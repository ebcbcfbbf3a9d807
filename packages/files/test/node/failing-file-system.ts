import type { FileSystem, OpenFile } from '../../src/node/file-system';

/** How a call fails: an error of the disk, half of a write, or the end of the process (this call and all after it). */
export type Failure = 'EIO' | 'ENOSPC' | 'EACCES' | 'short write' | 'kill' | 'kill after';

export const failures: readonly Failure[] = ['EIO', 'ENOSPC', 'EACCES', 'short write', 'kill', 'kill after'];

/** Simulates the end of the process. Only the test catches it. */
export class Killed extends Error {}

/**
 * A file system whose call number `failAt` (from 0) fails. All other calls go to `inner`.
 *
 * `calls` lists the calls by name, so a test can first count those of an operation and then let each fail.
 */
export class FailingFileSystem implements FileSystem {
  readonly calls: string[] = [];

  constructor(
    readonly inner: FileSystem,
    readonly failure: Failure = 'EIO',
    readonly failAt = Number.POSITIVE_INFINITY,
  ) {}

  createFolder(path: string): Promise<void> {
    return this.#call('createFolder', () => this.inner.createFolder(path));
  }

  list(path: string) {
    return this.#call('list', () => this.inner.list(path));
  }

  kindOf(path: string) {
    return this.#call('kindOf', () => this.inner.kindOf(path));
  }

  async open(path: string, mode: Parameters<FileSystem['open']>[1]): Promise<OpenFile> {
    const file = await this.#call(`open to ${mode}`, () => this.inner.open(path, mode));
    return {
      size: () => this.#call('size', () => file.size()),
      names: () => this.#call('names', () => file.names()),
      read: (buffer, position) => this.#call('read', () => file.read(buffer, position)),
      write: (bytes, position) =>
        this.#call(
          'write',
          () => file.write(bytes, position),
          () => file.write(bytes.subarray(0, bytes.byteLength >> 1), position),
        ),
      truncate: (length) => this.#call('truncate', () => file.truncate(length)),
      sync: () => this.#call('sync', () => file.sync()),
      // Always closes the file, so that the tests do not run out of open files.
      close: () =>
        this.#call('close', () => file.close()).catch(async (error: unknown) => {
          await file.close().catch(() => undefined);
          throw error;
        }),
    };
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', () => this.inner.rename(from, to));
  }

  addName(from: string, to: string): Promise<void> {
    return this.#call('addName', () => this.inner.addName(from, to));
  }

  removeFile(path: string): Promise<void> {
    return this.#call('removeFile', () => this.inner.removeFile(path));
  }

  removeFolder(path: string): Promise<void> {
    return this.#call('removeFolder', () => this.inner.removeFolder(path));
  }

  syncFolder(path: string): Promise<void> {
    return this.#call('syncFolder', () => this.inner.syncFolder(path));
  }

  removeFileSync(path: string): void {
    this.inner.removeFileSync(path);
  }

  removeFolderSync(path: string): void {
    this.inner.removeFolderSync(path);
  }

  async #call<T>(name: string, act: () => Promise<T>, actHalf?: () => Promise<T>): Promise<T> {
    const index = this.calls.push(name) - 1;
    const isKilling = this.failure === 'kill' || this.failure === 'kill after';
    if (isKilling && index > this.failAt) throw new Killed();
    if (index !== this.failAt) return act();
    if (this.failure === 'kill after') {
      await act();
      throw new Killed();
    }
    if (actHalf !== undefined) {
      const done = await actHalf();
      // A short write is not an error. The caller must write the rest.
      if (this.failure === 'short write') return done;
    } else if (this.failure === 'short write') {
      return act();
    }
    if (this.failure === 'kill') throw new Killed();
    throw Object.assign(new Error(`${this.failure}: simulated failure of ${name}`), { code: this.failure });
  }
}
