import { dirname, join } from 'node:path';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { expectOptions } from '../checks/expect-options';
import { serializeTensorBoardEvents } from '../tensorboard/serialize-tensorboard-events';
import type { TensorBoardEvent, TensorBoardValue } from '../tensorboard/tensorboard-event';
import { ensureOwnFolder, writeFully } from './durable-files';
import { type FileSystem, nodeFileSystem } from './file-system';

/** Options of {@link createEventFile}. */
export interface EventFileOptions {
  /** The next step of a run that continues. TensorBoard ignores the values that earlier files have for it and for later steps. */
  readonly firstStep?: number | undefined;
  /** The time now, in seconds since 1970. Default: the machine's. */
  readonly now?: () => number;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/** An event file that is being written. */
export interface EventFile {
  readonly path: string;
  /** Appends the values of a step, by tag. After a failure, the next call overwrites the incomplete record. */
  append(step: number, values: Readonly<Record<string, TensorBoardValue>>): Promise<void>;
  /** Returns when everything appended is on disk. */
  flush(): Promise<void>;
  /** Flushes and closes the file. */
  close(): Promise<void>;
}

/**
 * Creates a TensorBoard event file in a folder, which is made if it does not exist. TensorBoard reads all event files of
 * a folder as one run, in the order of their names, so each start of a run has a file of its own: nothing written
 * before is changed.
 *
 * @throws Error where a link or a file has the folder's name; Error of the file system.
 *
 * @example
 * ```ts
 * import { createEventFile } from '@hrm/files/node';
 *
 * const events = await createEventFile('tensorboard'); // show it: tensorboard --logdir .
 * await events.append(1, { 'train/loss': 2.3 });
 * await events.append(2, { 'train/loss': 2.1 });
 * await events.close();
 * ```
 */
export async function createEventFile(folder: string, options: EventFileOptions = {}): Promise<EventFile> {
  expectOptions('createEventFile', options, ['firstStep', 'now', 'fileSystem']);
  const { firstStep, now = () => Date.now() / 1000, fileSystem = nodeFileSystem } = options;
  await ensureOwnFolder(fileSystem, folder);
  const path = join(folder, await nextName(fileSystem, folder, now()));
  const file = await fileSystem.open(path, 'create');
  let [length, last] = [0, Promise.resolve()];
  /** Writes take turns, even if they are not awaited. */
  const write = (events: readonly TensorBoardEvent[]): Promise<void> => {
    const bytes = serializeTensorBoardEvents(events);
    const written = last.then(async () => {
      await writeFully(file, bytes, length);
      length += bytes.length;
    });
    last = written.catch(() => undefined);
    return written;
  };
  const flush = async () => {
    await last;
    await file.sync();
  };
  try {
    const restart = firstStep === undefined ? [] : [{ kind: 'restart', time: now(), step: firstStep } as const];
    await write([{ kind: 'begin', time: now() }, ...restart]);
    await flush();
    await fileSystem.syncFolder(dirname(path));
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  return {
    path,
    append: async (step, values) => write([{ kind: 'values', time: now(), step, values }]),
    flush,
    close: async () => {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}

/** A name that sorts after those of the files that are there, even if the clock was set back. */
async function nextName(fileSystem: FileSystem, folder: string, now: number): Promise<string> {
  const names = (await fileSystem.list(folder)).map(({ name }) => name);
  const seconds = names.map((name) => Number(/^events\.out\.tfevents\.(\d{10})\./.exec(name)?.[1] ?? 0));
  const time = Math.max(Math.floor(now), ...seconds.map((second) => second + 1));
  return `events.out.tfevents.${String(time).padStart(10, '0')}.${hostname()}.${pid}.hrm`;
}
