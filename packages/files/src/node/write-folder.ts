import { basename, dirname, join } from 'node:path';
import { FileFormatError } from '../file-format-error';
import { writeNewFile } from './durable-files';
import { type FileSystem, nodeFileSystem } from './file-system';
import { replaceFolder } from './replace-folder';
import { temporaryPath } from './write-whole';

/** What a folder of files may hold. */
export interface FolderContents {
  /** Whether a file of this name is such as we write: a folder with anything else is not replaced. */
  readonly isOurs: (name: string) => boolean;
  /** What such a folder is, for errors: `'a data set'`. */
  readonly what: string;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/** Where a folder stands while another takes its place. */
const asidePath = (path: string): string => join(dirname(path), `.${basename(path)}.replaced`);

/**
 * Where a folder is to be read: in its place, but where a process was killed while {@link writeFolder} replaced it, aside.
 *
 * @example
 * ```ts
 * import { wholeFolder } from '@hrm/files/node';
 *
 * console.log(await wholeFolder('data/train')); // data/train
 * ```
 */
export async function wholeFolder(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<string> {
  const isThere = async (place: string) => (await fileSystem.kindOf(place)) !== undefined;
  return !(await isThere(path)) && (await isThere(asidePath(path))) ? asidePath(path) : path;
}

/**
 * Refuses what {@link writeFolder} would not replace, before anything is written.
 *
 * @throws {@link FileFormatError} where a link has the name, a file, or a folder that holds anything but files such as we write.
 */
export async function expectReplaceableFolder(path: string, contents: FolderContents): Promise<void> {
  await expectOurs(path, contents);
  await expectOurs(asidePath(path), contents);
}

/**
 * Writes a folder of files whole or not at all. A folder of such files that has the name is replaced; see {@link wholeFolder}
 * for where to read meanwhile.
 *
 * @throws {@link FileFormatError} where what has the name is not replaced; Error of the file system.
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
  files: Iterable<readonly [name: string, bytes: Uint8Array]>,
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
    throw new FileFormatError({ path, problem, expected: `${what}, for nothing else is replaced: move it away` });
  };
  const kind = await fileSystem.kindOf(path);
  if (kind === undefined) return;
  if (kind !== 'folder') refuse(kind === 'link' ? 'it is a symbolic link' : 'it is no folder');
  for (const entry of await fileSystem.list(path)) {
    if (entry.kind !== 'file' || !isOurs(entry.name)) refuse(`it holds ${JSON.stringify(entry.name)}`);
  }
}

/** Removes a folder of such files; where it holds anything else, all of it stays. */
async function removeOurs(path: string, contents: FolderContents): Promise<void> {
  const { fileSystem = nodeFileSystem } = contents;
  if ((await fileSystem.kindOf(path)) === undefined) return;
  await expectOurs(path, contents);
  for (const { name } of await fileSystem.list(path)) await fileSystem.removeFile(join(path, name));
  await fileSystem.removeFolder(path);
}
