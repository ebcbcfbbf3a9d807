import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { errorCode, type FileSystem, readWholeFile } from '@hrm/files/node';
import { isFileName, manifestLimit, manifestName, parseManifest } from './checkpoint-manifest';
import { foreignPrefix } from './checkpoint-name';

/**
 * Removes the folder of a checkpoint, whole or half: its manifest and the files that the manifest lists, and where that
 * cannot tell, files named as a checkpoint's are. Whatever else is in it stays, in a folder that tells of it. What is gone
 * already is well.
 *
 * @param name of the folder, in `folder`; what it had before its checkpoint is meant by `of`.
 * @returns where the files that are not ours stay, if there are any.
 */
export async function removeCheckpoint(
  fileSystem: FileSystem,
  folder: string,
  name: string,
  of: string,
): Promise<string | undefined> {
  const path = join(folder, name);
  // Through a link it would be somebody else's files.
  if ((await fileSystem.kindOf(path)) !== 'folder') return undefined;
  const isOurs = await ownFiles(fileSystem, path);
  let foreign = 0;
  for (const entry of await fileSystem.list(path)) {
    if (entry.kind !== 'file' || !isOurs(entry.name)) foreign++;
    else if (entry.name !== manifestName) await removeFile(fileSystem, join(path, entry.name));
  }
  // Last: should this process be killed before, the next knows yet what was the checkpoint's.
  await removeFile(fileSystem, join(path, manifestName));
  if (foreign === 0) {
    await fileSystem.removeFolder(path);
    return undefined;
  }
  const taken = new Set((await fileSystem.list(folder)).map((entry) => entry.name));
  let free = `${foreignPrefix}${of}`;
  for (let copy = 2; taken.has(free); copy++) free = `${foreignPrefix}${of}-${copy}`;
  await fileSystem.rename(path, join(folder, free));
  await fileSystem.syncFolder(folder);
  return join(folder, free);
}

/** Which files of a checkpoint's folder are the checkpoint's. */
async function ownFiles(fileSystem: FileSystem, path: string): Promise<(name: string) => boolean> {
  const manifestPath = join(path, manifestName);
  try {
    const { files } = parseManifest(await readWholeFile(fileSystem, manifestPath, manifestLimit), manifestPath);
    return (name) => name === manifestName || files.has(name);
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    return (name) => name === manifestName || isFileName(name);
  }
}

async function removeFile(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.removeFile(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
