import { basename, join } from 'node:path';
import { FileFormatError, type NamedHostTensors, parseSafetensors } from '@hrm/files';
import { type FileSystem, nodeFileSystem, readWholeFile, unreadable, verifyFile } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import {
  type CheckpointManifest,
  type JsonValue,
  manifestLimit,
  manifestName,
  parseManifest,
} from './checkpoint-manifest';
import { checkpointName } from './checkpoint-name';

/** A checkpoint that was read and verified. */
export interface Checkpoint {
  /** Its folder. */
  readonly path: string;
  /** The training step at which it was saved. */
  readonly step: number;
  /** The quality of its weights, if measured. Higher is better. */
  readonly metric: number | undefined;
  /** The state that was saved with the tensors. */
  readonly state: JsonValue;
  /** The tensors of each file, such as `files.weights`. */
  readonly files: Readonly<Record<string, NamedHostTensors>>;
}

/** Options of {@link readCheckpoint}. */
export interface ReadCheckpointOptions {
  /** Read only these files (`['ema']`). The others are still verified. Default: all. */
  readonly only?: readonly string[];
  /** Also read these files if the checkpoint has them. Default: none. */
  readonly optional?: readonly string[];
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/**
 * Reads and verifies a checkpoint: the manifest is undamaged and of this step, each file has its saved length and
 * SHA-256, and none is missing or a link. Ignores files that the manifest does not list.
 *
 * @param path The folder of the checkpoint.
 * @throws FileFormatError where it is damaged or missing; Error with the `code` of the file system where it cannot be
 *   read now (EIO, EACCES, EMFILE, out of memory) and may be undamaged.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { readCheckpoint, writeCheckpoint } from '@hrm/trainer/checkpoint';
 *
 * const ema = new Map([['q_head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(-5, -5) } as const]]);
 * const folder = await mkdtemp('checkpoints-');
 * const path = await writeCheckpoint(folder, { step: 7, files: { ema, weights: ema }, state: null });
 * const { step, files } = await readCheckpoint(path, { only: ['ema'] });
 * console.log(step, Object.keys(files)); // 7 [ 'ema' ]
 * ```
 */
export async function readCheckpoint(path: string, options: ReadCheckpointOptions = {}): Promise<Checkpoint> {
  expectOptions('readCheckpoint', options, ['only', 'optional', 'fileSystem']);
  const { fileSystem = nodeFileSystem, only, optional = [] } = options;
  const { step, metric, state, files } = await readManifest(path, fileSystem);
  await expectThese(fileSystem, path, [manifestName, ...files.keys()]);
  for (const name of only ?? []) {
    if (!files.has(`${name}.safetensors`)) {
      throw new FileFormatError({
        path,
        problem: `the checkpoint has no "${name}"`,
        expected: [...files.keys()].join(', '),
      });
    }
  }
  const read: [string, NamedHostTensors][] = [];
  for (const [fileName, facts] of files) {
    const name = fileName.slice(0, -'.safetensors'.length);
    const filePath = join(path, fileName);
    const isWanted = only === undefined || only.includes(name) || optional.includes(name);
    const bytes = await verifyFile(fileSystem, filePath, facts, isWanted);
    if (bytes !== undefined) read.push([name, parseSafetensors(bytes, { path: filePath }).tensors]);
  }
  return { path, step, metric, state, files: Object.fromEntries(read) };
}

/** Reads only the manifest, without verifying the files. */
export async function readManifest(path: string, fileSystem: FileSystem): Promise<CheckpointManifest> {
  const manifestPath = join(path, manifestName);
  const manifest = parseManifest(await readWholeFile(fileSystem, manifestPath, manifestLimit), manifestPath);
  if (checkpointName(manifest.step) !== basename(path)) {
    throw new FileFormatError({
      path,
      problem: `the folder holds the checkpoint of step ${manifest.step}`,
      expected: `the name ${checkpointName(manifest.step)}`,
    });
  }
  return manifest;
}

async function expectThese(fileSystem: FileSystem, path: string, expected: readonly string[]): Promise<void> {
  const entries = await fileSystem.list(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const missing = expected.filter((name) => !entries.some((entry) => entry.name === name && entry.kind === 'file'));
  if (missing.length === 0) return;
  throw new FileFormatError({
    path,
    problem: `the checkpoint lacks its file ${missing.join(', ')}`,
    expected: expected.join(', '),
  });
}
