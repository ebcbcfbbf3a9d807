import { join } from 'node:path';
import { errorCode, type FileSystem } from '@hrm/files/node';
import {
  checkpointName,
  checkpointStep,
  freeName,
  removingPrefix,
  replacedPrefix,
  savingPrefix,
  setAsidePrefix,
} from './checkpoint-name';
import { removeCheckpoint } from './remove-checkpoint';

/** Options of {@link CheckpointFolder}. */
export interface CheckpointFolderOptions {
  readonly fileSystem: FileSystem;
  /** Whether a missing folder is one without checkpoints, instead of an error. */
  readonly mayBeMissing: boolean;
  /** Called with the new place of files that others had put into a removed checkpoint. */
  readonly onForeignFiles: (place: string) => void;
}

/** The folder of a run's checkpoints: lists them, removes them and renames them. */
export class CheckpointFolder {
  readonly fileSystem: FileSystem;
  readonly #mayBeMissing: boolean;
  readonly #onForeignFiles: (place: string) => void;

  constructor(
    readonly path: string,
    { fileSystem, mayBeMissing, onForeignFiles }: CheckpointFolderOptions,
  ) {
    this.fileSystem = fileSystem;
    this.#mayBeMissing = mayBeMissing;
    this.#onForeignFiles = onForeignFiles;
  }

  /** The folder of a step's checkpoint. */
  pathOf(step: number): string {
    return join(this.path, checkpointName(step));
  }

  /** The steps of all checkpoints, damaged ones included, newest first. */
  async steps(): Promise<readonly number[]> {
    const steps = (await this.#names()).map(checkpointStep).filter((step) => step !== undefined);
    return steps.sort((a, b) => b - a);
  }

  /** Removes a checkpoint. Renames its folder first, so that no half-removed checkpoint keeps its name. */
  async remove(step: number): Promise<void> {
    const removing = `${removingPrefix}${checkpointName(step)}`;
    await this.#removeFolder(removing);
    await this.fileSystem.rename(this.pathOf(step), join(this.path, removing));
    await this.fileSystem.syncFolder(this.path);
    await this.#removeFolder(removing);
  }

  /** Renames the checkpoints of these steps. Returns the function that undoes it. */
  async setAside(steps: readonly number[]): Promise<() => Promise<void>> {
    const names = new Set((await this.fileSystem.list(this.path)).map(({ name }) => name));
    const moved: [from: string, to: string][] = [];
    const undo = async () => {
      for (const [from, to] of moved) await this.fileSystem.rename(to, from);
    };
    try {
      for (const step of steps) {
        const aside = join(this.path, freeName(`${setAsidePrefix}${checkpointName(step)}`, names));
        await this.fileSystem.rename(this.pathOf(step), aside);
        moved.push([this.pathOf(step), aside]);
      }
    } catch (error) {
      await undo().catch(() => undefined);
      throw error;
    }
    return undo;
  }

  /** Removes what interrupted saves and removals have left. Puts back a checkpoint that was to be replaced. */
  async clearLeftovers(): Promise<void> {
    const names = new Set(await this.#names());
    for (const name of names) {
      if (name.startsWith(replacedPrefix) && !names.has(name.slice(replacedPrefix.length))) {
        await this.fileSystem.rename(join(this.path, name), join(this.path, name.slice(replacedPrefix.length)));
        await this.fileSystem.syncFolder(this.path);
      } else if ([savingPrefix, removingPrefix, replacedPrefix].some((prefix) => name.startsWith(prefix))) {
        await this.#removeFolder(name);
      }
    }
  }

  async #removeFolder(name: string): Promise<void> {
    const checkpoint = /checkpoint-\d{8,16}/.exec(name)?.[0] ?? 'checkpoint';
    const foreign = await removeCheckpoint(this.fileSystem, this.path, name, checkpoint);
    if (foreign !== undefined) this.#onForeignFiles(foreign);
  }

  async #names(): Promise<readonly string[]> {
    try {
      const entries = await this.fileSystem.list(this.path);
      return entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
    } catch (error) {
      if (this.#mayBeMissing && errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }
}
