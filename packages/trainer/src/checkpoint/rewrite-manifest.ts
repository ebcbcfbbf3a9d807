import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeNewFile, writeWhole, type FileSystem } from '@hrm/files/node';
import { expectJsonValue, type CheckpointManifest, manifestName, serializeManifest } from './checkpoint-manifest';
import { checkpointName, savingPrefix } from './checkpoint-name';
import { readManifest } from './read-checkpoint';
import { removeCheckpoint } from './remove-checkpoint';

/**
 * Replaces the metric and state of a checkpoint, but not its files. The manifest is replaced in one step, so even after
 * a crash it is the old one or the new one.
 *
 * @throws Error of the file system; FileFormatError where the manifest is damaged. Then the old one stays.
 */
export async function rewriteManifest(
  folder: string,
  step: number,
  { metric, state }: Pick<CheckpointManifest, 'metric' | 'state'>,
  fileSystem: FileSystem,
): Promise<void> {
  if (metric !== undefined && !Number.isFinite(metric)) {
    throw new RangeError(`the metric is ${metric}; expected a number, or none`);
  }
  expectJsonValue(state);
  const name = checkpointName(step);
  const path = join(folder, name);
  const { files } = await readManifest(path, fileSystem);
  // In a separate folder, which the next opening of the store removes. In the checkpoint's own folder, a left-over file
  // would count as a file of someone else.
  const saving = `${savingPrefix}${name}-${randomBytes(6).toString('hex')}`;
  try {
    await fileSystem.createFolder(join(folder, saving));
    await writeWhole(join(path, manifestName), {
      fileSystem,
      temporary: join(folder, saving, manifestName),
      write: async (manifest) =>
        void (await writeNewFile(fileSystem, manifest, serializeManifest({ step, metric, files, state }))),
    });
  } finally {
    await removeCheckpoint(fileSystem, folder, saving, name).catch(() => undefined);
  }
}
