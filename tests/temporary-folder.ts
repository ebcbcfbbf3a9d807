import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all test files one folder for temporary files. It is removed when Vitest exits, with all that tests left there. */
export function setup(): void {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hrm-tests-'));
  // Test processes and the commands they start inherit these: `os.tmpdir()` reads TMPDIR, or TEMP on Windows.
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder });
  // Not in a teardown: Vitest itself still writes there after it.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
