import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Runs the tests of a file in an empty folder of their own, on WebAssembly. @returns its path */
export function useEmptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `hrm-${name}-`));
  const before = process.cwd();
  beforeAll(() => {
    process.chdir(folder);
    process.env.HRM_BACKEND = 'wasm';
    // The tests must not see what this user has allowed.
    process.env.XDG_CONFIG_HOME = join(folder, '.config');
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
