import { replaceFile } from '@hrm/files/node';
import type { ArcSubmission } from '../voting/arc-submission';

/**
 * Writes a submission as JSON, whole or not at all. Replaces an existing file.
 *
 * @throws FileFormatError where a link or a folder has the name; Error of the file system.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { arcSubmission, arcVoting } from '@hrm/data-arc';
 * import { writeArcSubmission } from '@hrm/data-arc/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'arc-'));
 * await writeArcSubmission(join(dir, 'submission.json'), arcSubmission(arcVoting(), []));
 * ```
 */
export async function writeArcSubmission(path: string, submission: ArcSubmission): Promise<void> {
  await replaceFile(path, new TextEncoder().encode(`${JSON.stringify(submission)}\n`));
}
