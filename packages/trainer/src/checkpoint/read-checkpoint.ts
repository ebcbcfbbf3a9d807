import { basename, join } from 'node:path';
import { FileFormatError, type NamedHostTensors, parseSafetensors } from '@hrm/files';
import { type FileSystem, nodeFileSystem, readWholeFile, unreadable, verifyFile } from '@hrm/files/node';
import {
  type CheckpointManifest,
  type JsonValue,
  manifestLimit,
  manifestName,
  parseManifest,
} from './checkpoint-manifest';
import { checkpointName } from './checkpoint-name';

/** A checkpoint, read and found whole. */
export interface Checkpoint {
  /** Its folder. */
  readonly path: string;
  /** Steps made before it was saved. */
  readonly step: number;
  /** How good its weights are, where that was measured: more is better. */
  readonly metric: number | undefined;
  /** What was given to be saved beside the tensors. */
  readonly state: JsonValue;
  /** The tensors of each file, such as `files.weights`. */
  readonly files: Readonly<Record<string, NamedHostTensors>>;
}

/** Choices of reading a checkpoint. */
export interface ReadCheckpointOptions {
  /** Read these files alone (`['ema']`); the others are checked all the same. Default: all. */
  readonly only?: readonly string[];
  /** Beside those of `only`, read these where the checkpoint has them. Default: none. */
  readonly optional?: readonly string[];
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/**
 * Reads a checkpoint, after making sure of it: the manifest is undamaged and of this step, each file has the length and
 * SHA-256 it had when saved, and none is missing or a link. Files that the manifest does not list are left alone.
 *
 * @param path The folder of the checkpoint.
 * @throws FileFormatError where it is damaged or missing; another Error, with the `code` of the file system, where it cannot
 *   be read now (EIO, EACCES, EMFILE, out of memory), for then nobody knows.
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

/** Reads the manifest alone; the files may yet be anything. */
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
    problem: `the checkpoint is without its file ${missing.join(', ')}`,
    expected: expected.join(', '),
  });
}
