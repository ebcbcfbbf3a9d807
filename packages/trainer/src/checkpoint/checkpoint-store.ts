import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { ensureFolder, ensureOwnFolder, errorCode, type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import type { JsonValue } from './checkpoint-manifest';
import {
  checkpointName,
  checkpointStep,
  freeName,
  removingPrefix,
  replacedPrefix,
  savingPrefix,
  setAsidePrefix,
} from './checkpoint-name';
import { type Checkpoint, readCheckpoint, type ReadCheckpointOptions, readManifest } from './read-checkpoint';
import { removeCheckpoint } from './remove-checkpoint';
import { rewriteManifest } from './rewrite-manifest';
import { type CheckpointContents, putCheckpoint } from './write-checkpoint';

/** Options of {@link CheckpointStore.open}. */
export interface CheckpointStoreOptions {
  /** How many of the newest checkpoints to keep, at least 1. Default 2. */
  readonly keepNewest?: number;
  /** Whether to keep the one with the highest metric too. Default true. */
  readonly keepBest?: boolean;
  /** Change nothing on disk, for a program that only reads. Default false. */
  readonly readOnly?: boolean;
  /**
   * Called with warnings: damaged checkpoints that are skipped, old ones that cannot be removed. Default: console.warn.
   */
  readonly onWarning?: (message: string) => void;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

const OPTIONS = ['keepNewest', 'keepBest', 'readOnly', 'onWarning', 'fileSystem'] as const;

/**
 * The checkpoints of a run, in its folder `checkpoints`. Keeps the newest few and the best.
 *
 * A failed save loses no saved checkpoint, see {@link writeCheckpoint}. An older checkpoint is removed only when this
 * store has written or verified enough newer ones. Hold a {@link RunLock} while a store is open for saving.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { CheckpointStore, RunLock } from '@hrm/trainer/checkpoint';
 *
 * const run = await mkdtemp('run-');
 * const lock = await RunLock.acquire(run);
 * const store = await CheckpointStore.open(run, { keepNewest: 2 });
 * const weights = new Map([['q_head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(-5, -5) } as const]]);
 * await store.save({ step: 500, files: { weights }, state: { seed: 0 }, metric: 0.31 });
 * console.log((await store.latest())?.step); // 500
 * await lock.release();
 * ```
 */
export class CheckpointStore {
  /** The folder of the checkpoints. */
  readonly folder: string;
  readonly #keepNewest: number;
  readonly #keepBest: boolean;
  readonly #readOnly: boolean;
  readonly #warn: (message: string) => void;
  readonly #fileSystem: FileSystem;
  /** Steps of the checkpoints that this store has written or verified. */
  readonly #trusted = new Set<number>();

  private constructor(runFolder: string, options: CheckpointStoreOptions) {
    expectOptions('CheckpointStore.open', options, OPTIONS);
    const { keepNewest = 2, keepBest = true, readOnly = false, onWarning = console.warn } = options;
    if (!Number.isSafeInteger(keepNewest) || keepNewest < 1) {
      throw new RangeError(`keepNewest is ${keepNewest}; expected an integer from 1`);
    }
    this.folder = join(runFolder, 'checkpoints');
    this.#keepNewest = keepNewest;
    this.#keepBest = keepBest;
    this.#readOnly = readOnly;
    this.#warn = onWarning;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
  }

  /**
   * Opens the checkpoints of the run in `runFolder`. Creates that folder if it is missing (its parent must exist), and
   * removes the files of interrupted saves.
   *
   * @throws Error of the file system; Error where `checkpoints` is a link; RangeError for a wrong `keepNewest`.
   */
  static async open(runFolder: string, options: CheckpointStoreOptions = {}): Promise<CheckpointStore> {
    const store = new CheckpointStore(runFolder, options);
    if (!store.#readOnly) {
      await ensureFolder(store.#fileSystem, runFolder);
      await ensureOwnFolder(store.#fileSystem, store.folder);
      await store.#clearLeftovers();
    }
    return store;
  }

  /** The steps of all checkpoints, damaged ones included, newest first. */
  async steps(): Promise<readonly number[]> {
    const steps = (await this.#names()).map(checkpointStep).filter((step) => step !== undefined);
    return steps.sort((a, b) => b - a);
  }

  /**
   * Saves a checkpoint, then removes those that are no longer kept. Returns the folder of the new one.
   *
   * If a run was resumed from an earlier step, the checkpoints of later steps are renamed once the new one is written,
   * so that resuming does not use them. Files that others have put into a checkpoint's folder are never removed.
   *
   * @throws as `writeCheckpoint`. Then the present checkpoints stay unchanged.
   */
  async save(contents: CheckpointContents): Promise<string> {
    if (this.#readOnly) throw new Error('this store was opened read-only; open it without readOnly to save');
    const later = (await this.steps()).filter((step) => step > contents.step);
    const path = await putCheckpoint(this.folder, contents, {
      fileSystem: this.#fileSystem,
      onForeignFiles: (place) => this.#warnOfForeignFiles(place),
      ...(later.length > 0 && { makeWay: () => this.#setAside(later) }),
    });
    this.#trusted.add(contents.step);
    if (later.length > 0) {
      later.forEach((step) => this.#trusted.delete(step));
      this.#warn(
        `saving step ${contents.step}: the checkpoints of later steps (${later.join(', ')}) belong to another branch of ` +
          `the run; they are now named ${join(this.folder, setAsidePrefix)}*`,
      );
    }
    await this.#prune(`saved ${path}`);
    return path;
  }

  /**
   * Records the metric of a saved checkpoint, and replaces its state. So a program can save first and measure
   * afterwards, and an interrupted measurement loses no steps. The files of tensors are not written again.
   *
   * @param step of a saved checkpoint.
   * @throws Error of the file system; FileFormatError where its manifest is damaged. Then nothing changes.
   */
  async recordMetric(step: number, { metric, state }: { metric: number; state: JsonValue }): Promise<void> {
    if (this.#readOnly) throw new Error('this store was opened read-only; open it without readOnly to record');
    await rewriteManifest(this.folder, step, { metric, state }, this.#fileSystem);
    // Another checkpoint may be the best now.
    await this.#prune(`recorded the metric of step ${step}`);
  }

  /**
   * The newest undamaged checkpoint. Skips damaged ones, with one warning that names them and the reasons. Does not
   * skip one that cannot be read now (EIO, EACCES, EMFILE, out of memory): it may be undamaged, and an older one would
   * lose steps.
   *
   * @returns `undefined` if there is no checkpoint.
   * @throws FileFormatError where all checkpoints are damaged; Error with the `code` of the file system where one
   *   cannot be read now.
   */
  async latest(options: Pick<ReadCheckpointOptions, 'only' | 'optional'> = {}): Promise<Checkpoint | undefined> {
    return this.#firstWhole(await this.steps(), options);
  }

  /**
   * The undamaged checkpoint with the highest metric, and of equal ones the newest. Skips damaged ones with one
   * warning.
   *
   * @returns `undefined` if no checkpoint has a metric.
   * @throws as {@link latest}.
   */
  async best(options: Pick<ReadCheckpointOptions, 'only' | 'optional'> = {}): Promise<Checkpoint | undefined> {
    const { byMetric, unreadable } = await this.#measure();
    for (const { error } of unreadable) if (!(error instanceof FileFormatError)) throw error;
    return this.#firstWhole(
      byMetric,
      options,
      unreadable.map(({ error }) => error),
    );
  }

  async #firstWhole(
    steps: readonly number[],
    options: ReadCheckpointOptions,
    errors: readonly unknown[] = [],
  ): Promise<Checkpoint | undefined> {
    expectOptions('CheckpointStore', options, ['only', 'optional']);
    const { only, optional } = options;
    const problems = errors.map((error) => `- ${messageOf(error)}`);
    for (const step of steps) {
      try {
        const checkpoint = await readCheckpoint(this.#path(step), { only, optional, fileSystem: this.#fileSystem });
        this.#trusted.add(step);
        if (problems.length > 0) {
          this.#warn(
            `using the checkpoint of step ${step}, because newer or better ones are damaged:\n${problems.join('\n')}`,
          );
        }
        return checkpoint;
      } catch (error) {
        this.#trusted.delete(step);
        if (!(error instanceof FileFormatError)) throw error;
        problems.push(`- ${messageOf(error)}`);
      }
    }
    if (problems.length === 0) return undefined;
    throw new FileFormatError({
      path: this.folder,
      problem: `all checkpoints are damaged:\n${problems.join('\n')}\n`,
      expected: 'an undamaged one; restore a copy, or start a new run in another folder',
    });
  }

  /**
   * The steps of the checkpoints with a metric, best first, then newest first; and the manifests that cannot be read.
   */
  async #measure(): Promise<{ byMetric: readonly number[]; unreadable: { step: number; error: unknown }[] }> {
    const measured: { step: number; metric: number }[] = [];
    const unreadable: { step: number; error: unknown }[] = [];
    for (const step of await this.steps()) {
      try {
        const { metric } = await readManifest(this.#path(step), this.#fileSystem);
        if (metric !== undefined) measured.push({ step, metric });
      } catch (error) {
        unreadable.push({ step, error });
      }
    }
    const byMetric = measured.sort((a, b) => b.metric - a.metric || b.step - a.step).map(({ step }) => step);
    return { byMetric, unreadable };
  }

  /** Removes checkpoints that are no longer kept. Warns if it fails; `done`: what succeeded before. */
  async #prune(done: string): Promise<void> {
    try {
      await this.#removeOld();
    } catch (error) {
      this.#warn(`${done}, but older checkpoints could not be removed: ${messageOf(error)}`);
    }
  }

  /** Removes checkpoints that are no longer kept. Only verified ones count as newer. */
  async #removeOld(): Promise<void> {
    const steps = await this.steps();
    const newest = steps.filter((step) => this.#trusted.has(step)).slice(0, this.#keepNewest);
    if (newest.length < this.#keepNewest) return;
    const kept = new Set(newest);
    if (this.#keepBest) {
      const { byMetric, unreadable } = await this.#measure();
      // The best one may be damaged. So the best verified one is kept as well.
      for (const step of [byMetric[0], byMetric.find((candidate) => this.#trusted.has(candidate))]) {
        if (step !== undefined) kept.add(step);
      }
      // A checkpoint that cannot be read now may be the best. A damaged one cannot.
      for (const { step, error } of unreadable) if (!(error instanceof FileFormatError)) kept.add(step);
    }
    for (const step of steps) {
      if (!kept.has(step) && step < newest.at(-1)!) await this.#remove(step);
    }
  }

  /** Renames the folder before it removes files, so that no half-removed checkpoint keeps its name. */
  async #remove(step: number): Promise<void> {
    const removing = `${removingPrefix}${checkpointName(step)}`;
    await this.#removeFolder(removing);
    await this.#fileSystem.rename(this.#path(step), join(this.folder, removing));
    this.#trusted.delete(step);
    await this.#fileSystem.syncFolder(this.folder);
    await this.#removeFolder(removing);
  }

  async #removeFolder(name: string): Promise<void> {
    const checkpoint = /checkpoint-\d{8,16}/.exec(name)?.[0] ?? 'checkpoint';
    const foreign = await removeCheckpoint(this.#fileSystem, this.folder, name, checkpoint);
    if (foreign !== undefined) this.#warnOfForeignFiles(foreign);
  }

  #warnOfForeignFiles(place: string): void {
    this.#warn(`a checkpoint was removed, but not the other files in its folder; they are now in ${place}`);
  }

  /** Renames the checkpoints of these steps. Returns the function that undoes it. */
  async #setAside(steps: readonly number[]): Promise<() => Promise<void>> {
    const names = new Set((await this.#fileSystem.list(this.folder)).map(({ name }) => name));
    const moved: [from: string, to: string][] = [];
    const undo = async () => {
      for (const [from, to] of moved) await this.#fileSystem.rename(to, from);
    };
    try {
      for (const step of steps) {
        const aside = join(this.folder, freeName(`${setAsidePrefix}${checkpointName(step)}`, names));
        await this.#fileSystem.rename(this.#path(step), aside);
        moved.push([this.#path(step), aside]);
      }
    } catch (error) {
      await undo().catch(() => undefined);
      throw error;
    }
    return undo;
  }

  async #clearLeftovers(): Promise<void> {
    const names = new Set(await this.#names());
    for (const name of names) {
      if (name.startsWith(replacedPrefix) && !names.has(name.slice(replacedPrefix.length))) {
        await this.#fileSystem.rename(join(this.folder, name), join(this.folder, name.slice(replacedPrefix.length)));
        await this.#fileSystem.syncFolder(this.folder);
      } else if ([savingPrefix, removingPrefix, replacedPrefix].some((prefix) => name.startsWith(prefix))) {
        await this.#removeFolder(name);
      }
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await this.#fileSystem.list(this.folder)).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
    } catch (error) {
      if (this.#readOnly && errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #path(step: number): string {
    return join(this.folder, checkpointName(step));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
