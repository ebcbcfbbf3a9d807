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

/** What a checkpoint is to hold. */
export interface CheckpointContents {
  /** Steps made so far. */
  readonly step: number;
  /** Tensors by name in each file: `weights` is written as `weights.safetensors`. Names: lower case, digits, `-`, `_`. */
  readonly files: Readonly<Record<string, NamedHostTensors>>;
  /** Everything else that going on needs: the cursor in the data, random numbers, configuration, versions. */
  readonly state: JsonValue;
  /** How good the weights are, where that was measured: more is better (negate a loss). */
  readonly metric?: number;
}

/**
 * Writes a checkpoint, as a folder `checkpoint-<step>` in `folder`, which must exist, and returns its path when it is on
 * the disk.
 *
 * Whatever happens meanwhile, killing the process or the power going out included, there is afterwards the whole
 * checkpoint or none of it, and those already there are as they were: files are written to a folder beside, each flushed,
 * the manifest last, and that folder takes its name at once. A checkpoint of the same step is replaced in the same way.
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
  return putCheckpoint(folder, contents, options);
}

/** Choices of {@link putCheckpoint}. */
export interface PutCheckpointOptions {
  readonly fileSystem?: FileSystem;
  /** Called when all is written but has not its name yet; returns what puts back what it has done, should that fail. */
  readonly makeWay?: () => Promise<() => Promise<void>>;
  /** Told where files stay that others have put into the folder of a checkpoint that was replaced. */
  readonly onForeignFiles?: (path: string) => void;
}

/** {@link writeCheckpoint}, for the store. */
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
      // Opening the store moves it back, where a killed process has left it there.
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
      new Error(`the checkpoint of step ${contents.step} was not saved in ${folder}: ${reason}; those before it stay`, {
        cause,
      }),
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
      throw new RangeError(`"${name}" is no name for a file of a checkpoint; expected one such as "weights"`);
    }
  }
  expectJsonValue(state);
}
