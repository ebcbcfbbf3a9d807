import { dirname } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { writeFully, writeWhole, type FileSystem, nodeFileSystem, type OpenFile } from '@hrm/files/node';
import { expectJsonValue } from './checkpoint-manifest';

/** Bytes copied at a time. */
const copyBytes = 4 * 2 ** 20;

/** Choices of opening a {@link MetricsLog}. */
export interface MetricsLogOptions {
  /** Bytes the log had when the checkpoint being resumed was saved; what follows is cut off. Default: there is no log yet. */
  readonly length?: number;
  /** Told of a log that is lost or set aside. Default: console.warn. */
  readonly onWarning?: (message: string) => void;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/**
 * A log of JSON objects, one a line, such as `metrics.jsonl`, that resuming makes exact: save {@link MetricsLog.length} in
 * each checkpoint, open the log with it, and the lines of steps that will be made again are gone.
 *
 * @example
 * ```ts
 * import { MetricsLog } from '@hrm/trainer/checkpoint';
 *
 * const log = await MetricsLog.open('metrics.jsonl', { length: 0 });
 * await log.append({ step: 1, loss: 2.3 });
 * await log.flush(); // before saving the checkpoint that holds log.length
 * console.log(log.length);
 * await log.close();
 * ```
 */
export class MetricsLog {
  #length: number;
  /** Whether part of a line may stand after {@link length}. */
  #isTorn = false;
  /** Appends go to the disk one after the other, also when nobody waits for them. */
  #last: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly file: OpenFile,
    length: number,
  ) {
    this.#length = length;
  }

  /**
   * Opens the log at `path`, cutting it to `length` bytes.
   *
   * A log that is not the one that had this length (shorter, no line ending there, a link, a folder) is no reason to lose
   * the checkpoint: it is set aside as `metrics.jsonl.damaged-1` and so on, with a warning, and a new one begins. Nothing is
   * written through a symbolic link, and what has another name elsewhere (a hard link) is copied before it is changed.
   *
   * @throws FileFormatError where no `length` was given and there is something already; RangeError for a `length` that is
   *   none; Error of the file system.
   */
  static async open(path: string, options: MetricsLogOptions = {}): Promise<MetricsLog> {
    const { fileSystem = nodeFileSystem, length, onWarning = console.warn } = options;
    if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
      throw new RangeError(`the length of the log is ${length}; expected an integer from 0`);
    }
    const kept = length ?? 0;
    const kind = await fileSystem.kindOf(path);
    if (kind === undefined) {
      if (kept > 0)
        onWarning(`${path} is gone, which had ${kept} bytes when the checkpoint was saved; a new one begins`);
      return MetricsLog.#begin(fileSystem, path);
    }
    const problem = kind === 'file' ? await problemOf(fileSystem, path, length) : `it is no file but a ${kind}`;
    if (problem === undefined) {
      const file = await openAlone(fileSystem, path, kept);
      return new MetricsLog(path, file, kept);
    }
    if (length === undefined) {
      const expected = 'none; give the length saved in the checkpoint to resume, or 0 to start it anew';
      throw new FileFormatError({ path, problem, expected });
    }
    const aside = await setAside(fileSystem, path);
    onWarning(`${path} is not the log that the checkpoint knows: ${problem}; it is now ${aside}, and a new one begins`);
    return MetricsLog.#begin(fileSystem, path);
  }

  static async #begin(fileSystem: FileSystem, path: string): Promise<MetricsLog> {
    const file = await fileSystem.open(path, 'create');
    await fileSystem.syncFolder(dirname(path)).catch(async (error: unknown) => {
      await file.close().catch(() => undefined);
      throw error;
    });
    return new MetricsLog(path, file, 0);
  }

  /** Bytes of the lines appended so far, those kept from before included. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a line. One that fails is as if never appended: the next takes its place.
   *
   * @throws TypeError where `record` is not JSON; Error of the file system.
   */
  async append(record: object): Promise<void> {
    expectJsonValue(record, 'record');
    const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    const written = this.#last.then(async () => {
      // A shorter line in the place of one that failed would leave the end of that one behind.
      if (this.#isTorn) await this.file.truncate(this.#length);
      this.#isTorn = true;
      await writeFully(this.file, line, this.#length);
      this.#isTorn = false;
      this.#length += line.byteLength;
    });
    this.#last = written.catch(() => undefined);
    await written;
  }

  /** Returns when all lines appended are on the disk. */
  async flush(): Promise<void> {
    await this.#last;
    await this.file.sync();
  }

  /** Flushes and closes the log. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.file.close();
    }
  }
}

/** Why the file cannot be the log that had `length` bytes; without one, the log that has not begun. */
async function problemOf(fileSystem: FileSystem, path: string, length: number | undefined) {
  const file = await fileSystem.open(path, 'read');
  try {
    const size = await file.size();
    if (length === undefined) return size > 0 ? `there is a log of ${size} bytes already` : undefined;
    if (size < length) return `the log is ${size} bytes long, and was ${length} when the checkpoint was saved`;
    if (length > 0 && !(await endsLine(file, length))) return `no line ends at byte ${length}, as one did`;
    return undefined;
  } finally {
    await file.close();
  }
}

async function endsLine(file: OpenFile, length: number): Promise<boolean> {
  const last = new Uint8Array(1);
  return (await file.read(last, length - 1)) === 1 && last[0] === 0x0a;
}

/** Opens the log, `length` bytes long and under no other name: one that has another is copied first. */
async function openAlone(fileSystem: FileSystem, path: string, length: number): Promise<OpenFile> {
  const file = await fileSystem.open(path, 'update');
  let copied = false;
  try {
    if ((await file.names()) > 1) {
      await copyStart(fileSystem, file, path, length);
      copied = true;
    } else if ((await file.size()) > length) {
      await file.truncate(length);
      await file.sync();
    }
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  if (!copied) return file;
  await file.close();
  return fileSystem.open(path, 'update');
}

/** Puts a file of its own, with the first `length` bytes, in the place of one that has other names. */
async function copyStart(fileSystem: FileSystem, source: OpenFile, path: string, length: number): Promise<void> {
  const write = async (temporary: string) => {
    const copy = await fileSystem.open(temporary, 'create');
    try {
      const buffer = new Uint8Array(Math.min(length, copyBytes));
      for (let done = 0; done < length;) {
        const read = await source.read(buffer.subarray(0, length - done), done);
        if (read === 0) throw new Error(`${path} became shorter while it was read`);
        await writeFully(copy, buffer.subarray(0, read), done);
        done += read;
      }
      await copy.sync();
    } finally {
      await copy.close();
    }
  };
  await writeWhole(path, { fileSystem, write });
}

/** Gives what is in the way a name that says so; returns that. */
async function setAside(fileSystem: FileSystem, path: string): Promise<string> {
  for (let count = 1; ; count++) {
    const aside = `${path}.damaged-${count}`;
    if ((await fileSystem.kindOf(aside)) !== undefined) continue;
    await fileSystem.rename(path, aside);
    await fileSystem.syncFolder(dirname(path));
    return aside;
  }
}
