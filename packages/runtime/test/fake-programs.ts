import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';

// The umask of most systems. A cache that a group can write is refused.
process.umask(0o022);

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'hrm-runtime-test-'));

/**
 * Makes a folder for PATH with only the given programs: shell scripts, or `true` for this machine's own program. It
 * also has `sh` and a few commands that scripts use.
 */
export function programs(folder: string, scripts: Record<string, string | true>): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const real = (name: string) => execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  for (const name of ['sh', 'cat', 'mkdir', 'sleep', 'env', 'dirname', 'touch', 'cp'])
    symlinkSync(real(name), join(bin, name));
  for (const [name, script] of Object.entries(scripts)) {
    if (script === true) {
      symlinkSync(real(name), join(bin, name));
      continue;
    }
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: bin, HOME: folder };
}
