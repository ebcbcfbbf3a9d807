import { dirname } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { writeFully, writeWhole, type FileSystem, nodeFileSystem, type OpenFile } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import { expectJsonValue } from './checkpoint-manifest';

/** Bytes copied at a time. */
const copyBytes = 4 * 2 ** 20;

/** Options of {@link MetricsLog.open}. */
export interface MetricsLogOptions {
  /** The length of the log in bytes when the resumed checkpoint was saved. The rest is cut off. Default: a new log. */
  readonly length?: number;
  /** Called with a warning if the log is missing or renamed. Default: console.warn. */
  readonly onWarning?: (message: string) => void;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/**
 * A log of JSON objects, one per line, such as `metrics.jsonl`. It stays exact when a run is resumed: save
 * {@link MetricsLog.length} in each checkpoint and open the log with it, which removes the lines of later steps.
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
  /** Whether a part of a failed line may follow after {@link length}. */
  #isTorn = false;
  /** The last append. Appends run one after another, even if they are not awaited. */
  #last: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly file: OpenFile,
    length: number,
  ) {
    this.#length = length;
  }

  /**
   * Opens the log at `path` and cuts it to `length` bytes.
   *
   * If the file cannot be that log (it is shorter, has no line end there, or is a link or a folder), it is renamed to
   * `metrics.jsonl.damaged-1` and so on, with a warning, and a new log begins. So the checkpoint stays usable. Nothing
   * is written through a symbolic link, and a file with a second name (a hard link) is copied before it is changed.
   *
   * @throws FileFormatError where `length` is not given and the log exists; RangeError for an invalid `length`; Error
   *   of the file system.
   */
  static async open(path: string, options: MetricsLogOptions = {}): Promise<MetricsLog> {
    expectOptions('MetricsLog.open', options, ['length', 'onWarning', 'fileSystem']);
    const { fileSystem = nodeFileSystem, length, onWarning = console.warn } = options;
    if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
      throw new RangeError(`the length of the log is ${length}; expected an integer from 0`);
    }
    const kept = length ?? 0;
    const kind = await fileSystem.kindOf(path);
    if (kind === undefined) {
      if (kept > 0)
        onWarning(`${path} is missing, which had ${kept} bytes when the checkpoint was saved; a new log begins`);
      return MetricsLog.#begin(fileSystem, path);
    }
    const problem = kind === 'file' ? await problemOf(fileSystem, path, length) : `it is a ${kind} instead of a file`;
    if (problem === undefined) {
      const file = await openAlone(fileSystem, path, kept);
      return new MetricsLog(path, file, kept);
    }
    if (length === undefined) {
      const expected = 'none; give the length saved in the checkpoint to resume, or 0 to start it anew';
      throw new FileFormatError({ path, problem, expected });
    }
    const aside = await setAside(fileSystem, path);
    onWarning(`${path} is not the log of the checkpoint: ${problem}; it is now named ${aside}, and a new log begins`);
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

  /** The length of the log in bytes, including the lines that were kept. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a line. If it fails, the next line replaces it.
   *
   * @throws TypeError where `record` is not JSON; Error of the file system.
   */
  async append(record: object): Promise<void> {
    expectJsonValue(record, 'record');
    const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    const written = this.#last.then(async () => {
      // Removes the failed line, which may be longer than the new one.
      if (this.#isTorn) await this.file.truncate(this.#length);
      this.#isTorn = true;
      await writeFully(this.file, line, this.#length);
      this.#isTorn = false;
      this.#length += line.byteLength;
    });
    this.#last = written.catch(() => undefined);
    await written;
  }

  /** Returns when all appended lines are on disk. */
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

/** Why the file cannot be the log that had `length` bytes (or a new log, without `length`); undefined if it can. */
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

/** Opens the log and cuts it to `length` bytes. A file with a second name is copied first. */
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

/** Replaces the file by a copy of its first `length` bytes. */
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

/** Renames a damaged log and returns its new path. */
async function setAside(fileSystem: FileSystem, path: string): Promise<string> {
  for (let count = 1; ; count++) {
    const aside = `${path}.damaged-${count}`;
    if ((await fileSystem.kindOf(aside)) !== undefined) continue;
    await fileSystem.rename(path, aside);
    await fileSystem.syncFolder(dirname(path));
    return aside;
  }
}
