import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { FileFormatError } from '@hrm/files';

/** A folder for the files of one test file, removed at its end. */
export const dir = await mkdtemp(join(tmpdir(), 'hrm-data-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

let fileCount = 0;

/** Writes a file and gives its path. */
export async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(dir, `file-${fileCount++}`);
  await writeFile(path, content);
  return path;
}

/** The FileFormatError that a promise must be rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<FileFormatError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  return error as FileFormatError;
}
