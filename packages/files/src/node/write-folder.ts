import { basename, dirname, join } from 'node:path';
import { FileFormatError } from '../file-format-error';
import { writeNewFile } from './durable-files';
import { type FileSystem, nodeFileSystem } from './file-system';
import { replaceFolder } from './replace-folder';
import { temporaryPath } from './write-whole';

/** Describes the folders that {@link writeFolder} writes and replaces. */
export interface FolderContents {
  /** Whether a file of this name may be replaced. A folder with any other file is never replaced. */
  readonly isOurs: (name: string) => boolean;
  /** What such a folder is, for errors: `'a data set'`. */
  readonly what: string;
  /** Default: `nodeFileSystem`. */
  readonly fileSystem?: FileSystem;
}

/** The path of the old folder while it is replaced. */
const asidePath = (path: string): string => join(dirname(path), `.${basename(path)}.replaced`);

/**
 * The path at which to read a folder that {@link writeFolder} wrote. Usually `path` itself. If a process was killed
 * while it replaced the folder, the path of the old folder.
 *
 * @example
 * ```ts
 * import { wholeFolder } from '@hrm/files/node';
 *
 * console.log(await wholeFolder('data/train')); // data/train
 * ```
 */
export async function wholeFolder(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<string> {
  const exists = async (place: string) => (await fileSystem.kindOf(place)) !== undefined;
  return !(await exists(path)) && (await exists(asidePath(path))) ? asidePath(path) : path;
}

/**
 * Checks that {@link writeFolder} can write or replace a folder. Call it before a long computation.
 *
 * @throws `FileFormatError` where a link or a file has the name, or a folder that holds files of another kind.
 *
 * @example
 * ```ts
 * import { expectReplaceableFolder } from '@hrm/files/node';
 *
 * await expectReplaceableFolder('data/train', { isOurs: (name) => name.endsWith('.npy'), what: 'a data set' });
 * ```
 */
export async function expectReplaceableFolder(path: string, contents: FolderContents): Promise<void> {
  await expectOurs(path, contents);
  await expectOurs(asidePath(path), contents);
}

/**
 * Writes a whole folder of files, or changes nothing. Replaces a folder of the same kind. Readers find the folder with
 * {@link wholeFolder}.
 *
 * @param files name and content of each file; the content whole, or as an iterable of parts, such as a
 *   generator.
 * @throws `FileFormatError` as {@link expectReplaceableFolder}; Error of the file system.
 *
 * @example
 * ```ts
 * import { mkdtemp, readdir } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { writeFolder } from '@hrm/files/node';
 *
 * const path = join(await mkdtemp('out-'), 'train');
 * const contents = { isOurs: (name: string) => name.endsWith('.npy'), what: 'a data set' };
 * await writeFolder(path, [['inputs.npy', Uint8Array.of(1, 2, 3)]], contents);
 * console.log(await readdir(path)); // [ 'inputs.npy' ]
 * ```
 */
export async function writeFolder(
  path: string,
  files: Iterable<readonly [name: string, bytes: Uint8Array | Iterable<Uint8Array>]>,
  contents: FolderContents,
): Promise<void> {
  const { fileSystem = nodeFileSystem } = contents;
  await expectReplaceableFolder(path, contents);
  await replaceFolder(path, {
    fileSystem,
    temporary: temporaryPath(path),
    aside: asidePath(path),
    fill: async (folder) => {
      for (const [name, bytes] of files) await writeNewFile(fileSystem, join(folder, name), bytes);
    },
    remove: (folder) => removeOurs(folder, contents),
  });
}

async function expectOurs(path: string, { isOurs, what, fileSystem = nodeFileSystem }: FolderContents): Promise<void> {
  const refuse = (problem: string): never => {
    throw new FileFormatError({ path, problem, expected: `${what}; nothing else is replaced: move it away` });
  };
  const kind = await fileSystem.kindOf(path);
  if (kind === undefined) return;
  if (kind !== 'folder') refuse(kind === 'link' ? 'it is a symbolic link' : 'it is not a folder');
  for (const entry of await fileSystem.list(path)) {
    if (entry.kind !== 'file' || !isOurs(entry.name)) refuse(`it holds ${JSON.stringify(entry.name)}`);
  }
}

/** Removes a folder that {@link writeFolder} wrote. If it holds any other file, removes nothing and throws. */
async function removeOurs(path: string, contents: FolderContents): Promise<void> {
  const { fileSystem = nodeFileSystem } = contents;
  if ((await fileSystem.kindOf(path)) === undefined) return;
  await expectOurs(path, contents);
  for (const { name } of await fileSystem.list(path)) await fileSystem.removeFile(join(path, name));
  await fileSystem.removeFolder(path);
}
