import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { errorCode, type FileSystem, readWholeFile } from '@hrm/files/node';
import { isFileName, manifestLimit, manifestName, parseManifest } from './checkpoint-manifest';
import { foreignPrefix, freeName } from './checkpoint-name';

/**
 * Removes the folder of a checkpoint, complete or not: its manifest and the files that it lists. Without a readable
 * manifest, the files with names of a checkpoint. Other files stay, in a folder with a name of its own. Missing files
 * are not an error.
 *
 * @param name of the checkpoint's folder in `folder`.
 * @param of the original name of the checkpoint.
 * @returns the folder of the other files, if there are any.
 */
export async function removeCheckpoint(
  fileSystem: FileSystem,
  folder: string,
  name: string,
  of: string,
): Promise<string | undefined> {
  const path = join(folder, name);
  // A link may lead to files of someone else.
  if ((await fileSystem.kindOf(path)) !== 'folder') return undefined;
  const isOurs = await ownFiles(fileSystem, path);
  let foreign = 0;
  for (const entry of await fileSystem.list(path)) {
    if (entry.kind !== 'file' || !isOurs(entry.name)) foreign++;
    else if (entry.name !== manifestName) await removeFile(fileSystem, join(path, entry.name));
  }
  // Last, so that after an interruption the manifest still lists the checkpoint's files.
  await removeFile(fileSystem, join(path, manifestName));
  if (foreign === 0) {
    await fileSystem.removeFolder(path);
    return undefined;
  }
  const taken = new Set((await fileSystem.list(folder)).map((entry) => entry.name));
  const foreignFiles = join(folder, freeName(`${foreignPrefix}${of}`, taken));
  await fileSystem.rename(path, foreignFiles);
  await fileSystem.syncFolder(folder);
  return foreignFiles;
}

/** Whether a file of a checkpoint's folder belongs to the checkpoint. */
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
