import { dirname } from 'node:path';
import { FileFormatError } from '@hrm/models';
import { assertJsonValue } from './checkpoint-manifest';
import { writeFully } from './durable-files';
import { errorCode, type FileSystem, nodeFileSystem, type OpenFile } from './file-system';

/** Choices of opening a {@link MetricsLog}. */
export interface MetricsLogOptions {
  /** Bytes the log had when the checkpoint being resumed was saved; what follows is cut off. Default: there is no log yet. */
  readonly length?: number;
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
   * @throws FileFormatError where the log has fewer bytes, is cut within a line, or is there without a `length`
   * having been given; Error of the file system.
   */
  static async open(path: string, options: MetricsLogOptions = {}): Promise<MetricsLog> {
    const { fileSystem = nodeFileSystem, length } = options;
    const file = await openOrCreate(fileSystem, path);
    try {
      const size = await file.size();
      if (length === undefined && size > 0) {
        throw new FileFormatError({
          path,
          problem: `there is a log of ${size} bytes already`,
          expected: 'none; give the length saved in the checkpoint to resume, or 0 to start it anew',
        });
      }
      const kept = length ?? 0;
      if (size < kept) {
        throw new FileFormatError({
          path,
          problem: `the log is ${size} bytes long`,
          expected: `at least ${kept}, as when the checkpoint was saved: is it the log of this run?`,
        });
      }
      if (kept > 0 && !(await endsLine(file, kept))) {
        throw new FileFormatError({
          path,
          offset: kept,
          problem: 'no line ends here',
          expected: 'the log of this run',
        });
      }
      if (size > kept) {
        await file.truncate(kept);
        await file.sync();
      }
      return new MetricsLog(path, file, kept);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
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
    assertJsonValue(record, 'record');
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

async function openOrCreate(fileSystem: FileSystem, path: string): Promise<OpenFile> {
  try {
    return await fileSystem.open(path, 'update');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const file = await fileSystem.open(path, 'create');
  await fileSystem.syncFolder(dirname(path)).catch(async (error: unknown) => {
    await file.close().catch(() => undefined);
    throw error;
  });
  return file;
}

async function endsLine(file: OpenFile, length: number): Promise<boolean> {
  const last = new Uint8Array(1);
  return (await file.read(last, length - 1)) === 1 && last[0] === 0x0a;
}
