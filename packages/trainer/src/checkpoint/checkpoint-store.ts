import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { ensureFolder, ensureOwnFolder, type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import { CheckpointFolder } from './checkpoint-folder';
import type { JsonValue } from './checkpoint-manifest';
import { setAsidePrefix } from './checkpoint-name';
import { possiblyBestSteps, rankByMetric } from './rank-by-metric';
import { type Checkpoint, readCheckpoint, type ReadCheckpointOptions } from './read-checkpoint';
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
  readonly #checkpoints: CheckpointFolder;
  readonly #keepNewest: number;
  readonly #keepBest: boolean;
  readonly #readOnly: boolean;
  readonly #warn: (message: string) => void;
  /** Steps of the checkpoints that this store has written or verified. */
  readonly #trusted = new Set<number>();

  private constructor(runFolder: string, options: CheckpointStoreOptions) {
    expectOptions('CheckpointStore.open', options, OPTIONS);
    const { keepNewest = 2, keepBest = true, readOnly = false, onWarning = console.warn } = options;
    if (!Number.isSafeInteger(keepNewest) || keepNewest < 1) {
      throw new RangeError(`keepNewest is ${keepNewest}; expected an integer from 1`);
    }
    this.#checkpoints = new CheckpointFolder(join(runFolder, 'checkpoints'), {
      fileSystem: options.fileSystem ?? nodeFileSystem,
      mayBeMissing: readOnly,
      onForeignFiles: (place) => this.#warnOfForeignFiles(place),
    });
    this.#keepNewest = keepNewest;
    this.#keepBest = keepBest;
    this.#readOnly = readOnly;
    this.#warn = onWarning;
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
      const { fileSystem, path } = store.#checkpoints;
      await ensureFolder(fileSystem, runFolder);
      await ensureOwnFolder(fileSystem, path);
      await store.#checkpoints.clearLeftovers();
    }
    return store;
  }

  /** The folder of the checkpoints. */
  get folder(): string {
    return this.#checkpoints.path;
  }

  /** The steps of all checkpoints, damaged ones included, newest first. */
  async steps(): Promise<readonly number[]> {
    return this.#checkpoints.steps();
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
      fileSystem: this.#checkpoints.fileSystem,
      onForeignFiles: (place) => this.#warnOfForeignFiles(place),
      ...(later.length > 0 && { makeWay: () => this.#checkpoints.setAside(later) }),
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
    await rewriteManifest(this.folder, step, { metric, state }, this.#checkpoints.fileSystem);
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
    const { byMetric, unreadable } = await rankByMetric(this.#checkpoints);
    for (const { error } of unreadable) if (!(error instanceof FileFormatError)) throw error;
    return this.#firstWhole(
      byMetric,
      options,
      unreadable.map(({ error }) => error),
    );
  }

  /** The first undamaged checkpoint of these steps. Warns of the damaged ones before it, and of `errors`. */
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
        const { fileSystem } = this.#checkpoints;
        const checkpoint = await readCheckpoint(this.#checkpoints.pathOf(step), { only, optional, fileSystem });
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
    const best = this.#keepBest ? possiblyBestSteps(await rankByMetric(this.#checkpoints), this.#trusted) : [];
    const kept = new Set([...newest, ...best]);
    for (const step of steps) {
      if (kept.has(step) || step >= newest.at(-1)!) continue;
      await this.#checkpoints.remove(step);
      this.#trusted.delete(step);
    }
  }

  #warnOfForeignFiles(place: string): void {
    this.#warn(`a checkpoint was removed, but not the other files in its folder; they are now in ${place}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
