import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const newFolder = () => mkdtempSync(join(tmpdir(), 'hrm-test-'));
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

/** A new folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => remove(folder));
  return folder;
}

/** A new folder that is removed after all tests of the file, or of the `describe` that calls this. */
export function sharedTemporaryFolder(): string {
  const folder = newFolder();
  afterAll(() => remove(folder));
  return folder;
}
