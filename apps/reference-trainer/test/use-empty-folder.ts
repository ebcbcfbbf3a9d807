import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Has the tests of a file run in an empty folder of their own, on WebAssembly. Returns its path. */
export function useEmptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `hrm-${name}-`));
  const before = process.cwd();
  beforeAll(() => {
    process.chdir(folder);
    process.env.HRM_BACKEND = 'wasm';
    // What this user has allowed is no business of the tests.
    process.env.XDG_CONFIG_HOME = join(folder, '.config');
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
