import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { FileFormatError } from '@hrm/files';

/** Creates a folder for the files of one test file, which is removed after its tests. */
export const dir = await mkdtemp(join(tmpdir(), 'hrm-data-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

let fileCount = 0;

/** Writes a file and returns its path. */
export async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(dir, `file-${fileCount++}`);
  await writeFile(path, content);
  return path;
}

/** Returns the error of a promise that must reject with one of this class. */
export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  kind: new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  return error as E;
}

/** Returns the FileFormatError of a promise that must reject with one. */
export const errorOf = (promise: Promise<unknown>): Promise<FileFormatError> => rejection(promise, FileFormatError);
