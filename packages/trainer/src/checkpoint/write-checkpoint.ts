import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { type NamedHostTensors, serializeSafetensors } from '@hrm/files';
import {
  replaceFolder,
  writeNewFile,
  errorCode,
  type FileSystem,
  nodeFileSystem,
  type FileFacts,
} from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import {
  expectJsonValue,
  type CheckpointManifest,
  isFileName,
  type JsonValue,
  manifestName,
  serializeManifest,
} from './checkpoint-manifest';
import { checkpointName, replacedPrefix, savingPrefix } from './checkpoint-name';
import { removeCheckpoint } from './remove-checkpoint';

/** The contents of a checkpoint. */
export interface CheckpointContents {
  /** The number of training steps so far. */
  readonly step: number;
  /**
   * Tensors by name in each file: `weights` is written as `weights.safetensors`. Names: lower case, digits, `-`, `_`.
   */
  readonly files: Readonly<Record<string, NamedHostTensors>>;
  /** All other data that resuming needs: the position in the data, random numbers, configuration, versions. */
  readonly state: JsonValue;
  /** The quality of the weights, if measured. Higher is better (negate a loss). */
  readonly metric?: number;
}

/**
 * Writes a checkpoint as a folder `checkpoint-<step>` in `folder`, which must exist. Returns its path when it is on
 * disk.
 *
 * Even if the process is killed or the power fails, the checkpoint is then complete or missing, and other checkpoints
 * are unchanged. The files are written to a temporary folder and flushed, the manifest last. Then the folder is
 * renamed. A checkpoint of the same step is replaced in the same way.
 *
 * @throws Error of the file system (`code` ENOSPC, EACCES, ...); TypeError where `state` is not JSON.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { readCheckpoint, writeCheckpoint } from '@hrm/trainer/checkpoint';
 *
 * const weights = new Map([['q_head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(-5, -5) } as const]]);
 * const folder = await mkdtemp('checkpoints-');
 * const path = await writeCheckpoint(folder, { step: 500, files: { weights }, state: { seed: 0 } });
 * console.log((await readCheckpoint(path)).files.weights);
 * ```
 */
export async function writeCheckpoint(
  folder: string,
  contents: CheckpointContents,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<string> {
  expectOptions('writeCheckpoint', options, ['fileSystem']);
  return putCheckpoint(folder, contents, options);
}

/** Options of {@link putCheckpoint}. */
export interface PutCheckpointOptions {
  readonly fileSystem?: FileSystem;
  /** Called after the files are written and before the rename. Returns the function that undoes it after a failure. */
  readonly makeWay?: () => Promise<() => Promise<void>>;
  /** Called with the folder of files that others had put into a replaced checkpoint. */
  readonly onForeignFiles?: (path: string) => void;
}

/** {@link writeCheckpoint} with the hooks of the store. */
export async function putCheckpoint(
  folder: string,
  contents: CheckpointContents,
  { fileSystem = nodeFileSystem, makeWay, onForeignFiles = () => undefined }: PutCheckpointOptions,
): Promise<string> {
  expectContents(contents);
  const name = checkpointName(contents.step);
  const path = join(folder, name);
  const clearAway = async (leftover: string) => {
    const foreign = await removeCheckpoint(fileSystem, folder, basename(leftover), name);
    if (foreign !== undefined) onForeignFiles(foreign);
  };
  let undo = async () => {};
  try {
    await replaceFolder(path, {
      fileSystem,
      temporary: join(folder, `${savingPrefix}${name}-${randomBytes(6).toString('hex')}`),
      // If the process is killed in between, the next opening of the store moves it back.
      aside: join(folder, `${replacedPrefix}${name}`),
      fill: async (saving) => {
        await writeFiles(fileSystem, saving, contents);
        if (makeWay) undo = await makeWay();
      },
      remove: clearAway,
    });
  } catch (cause) {
    await undo().catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw Object.assign(
      new Error(
        `the checkpoint of step ${contents.step} was not saved in ${folder}: ${reason}; earlier checkpoints are unchanged`,
        {
          cause,
        },
      ),
      { code: errorCode(cause) },
    );
  }
  return path;
}

async function writeFiles(fileSystem: FileSystem, saving: string, contents: CheckpointContents): Promise<void> {
  const files = new Map<string, FileFacts>();
  for (const [name, tensors] of Object.entries(contents.files)) {
    const bytes = serializeSafetensors(tensors);
    const sha256 = await writeNewFile(fileSystem, join(saving, `${name}.safetensors`), bytes);
    files.set(`${name}.safetensors`, { bytes: bytes.byteLength, sha256 });
  }
  const manifest: CheckpointManifest = { step: contents.step, metric: contents.metric, files, state: contents.state };
  await writeNewFile(fileSystem, join(saving, manifestName), serializeManifest(manifest));
}

function expectContents({ step, files, state, metric }: CheckpointContents): void {
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`the step is ${step}; expected an integer from 0`);
  if (metric !== undefined && !Number.isFinite(metric)) {
    throw new RangeError(`the metric is ${metric}; expected a number, or none`);
  }
  for (const name of Object.keys(files)) {
    if (!isFileName(`${name}.safetensors`)) {
      throw new RangeError(`"${name}" is not a valid name for a file of a checkpoint; expected one such as "weights"`);
    }
  }
  expectJsonValue(state);
}
