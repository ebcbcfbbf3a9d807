import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeNewFile, writeWhole, type FileSystem } from '@hrm/files/node';
import { expectJsonValue, type CheckpointManifest, manifestName, serializeManifest } from './checkpoint-manifest';
import { checkpointName, savingPrefix } from './checkpoint-name';
import { readManifest } from './read-checkpoint';
import { removeCheckpoint } from './remove-checkpoint';

/**
 * Gives a checkpoint another metric and state; its files stay as they are. The manifest is replaced at once: whatever
 * happens meanwhile, it is the old one or the new one.
 *
 * @throws Error of the file system; FileFormatError where the checkpoint has no whole manifest; the old one then stays.
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
  // In a folder of its own, which opening the store clears away: a file more in the checkpoint would pass for somebody else's.
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
