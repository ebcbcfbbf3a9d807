import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who is building in a staging folder, so that another process can tell a live one from a left-over. */
interface Owner {
  pid: number;
  host: string;
}

const OWNER = 'owner.json';
const SUFFIX = '.partial';
const DAY_MS = 86_400_000;

/**
 * A folder to build in, beside its final place, with a name no other process has. Nobody looks into it; when all is done
 * and checked, {@link publish} gives it its final name in one step.
 */
export function createStagingFolder(parent: string, key: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `${key}.${process.pid}-${randomBytes(4).toString('hex')}${SUFFIX}`);
  mkdirSync(folder);
  const owner: Owner = { pid: process.pid, host: hostname() };
  writeFileSync(join(folder, OWNER), JSON.stringify(owner));
  return folder;
}

/** Gives the staging folder its final name. Returns false, and removes it, when another process was first. */
export function publish(staging: string, final: string, isComplete: () => boolean): boolean {
  rmSync(join(staging, OWNER), { force: true });
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(staging, final);
      return true;
    } catch (error) {
      if (isComplete()) {
        removeFolder(staging);
        return false;
      }
      // Something incomplete stands there (a file was deleted, say): it is of use to nobody.
      if (attempt > 0 || !existsSync(final)) throw error;
      const doomed = `${staging}.replaced${SUFFIX}`;
      renameSync(final, doomed);
      removeFolder(doomed);
    }
  }
}

/** Removes a folder and all in it, with patience for a program just ended that is still writing there. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Removes what interrupted set-ups left behind in `parent`. Returns how many folders went. */
export function removeLeftovers(parent: string): number {
  let removed = 0;
  for (const folder of stagingFolders(parent)) {
    if (isLive(folder)) continue;
    try {
      removeFolder(folder);
      removed++;
    } catch {
      // A program that the dead process had started still writes there; the next set-up removes the folder.
    }
  }
  return removed;
}

/** Whether another live process is building this very key right now. */
export function isBeingBuilt(parent: string, key: string): boolean {
  const mine = `.${process.pid}-`;
  return stagingFolders(parent).some(
    (folder) => folder.startsWith(join(parent, `${key}.`)) && !folder.includes(mine) && isLive(folder),
  );
}

function stagingFolders(parent: string): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => join(parent, name));
}

function isLive(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as Owner;
    if (owner.host === hostname()) return isRunning(owner.pid);
    // A home shared between machines: we cannot ask about a process there, so age decides.
    return Date.now() - statSync(folder).mtimeMs < DAY_MS;
  } catch {
    // No owner yet or no longer: between mkdir and write, or while being published. Seconds, so a minute is ample.
    try {
      return Date.now() - statSync(folder).mtimeMs < 60_000;
    } catch {
      return false;
    }
  }
}

/** Whether a process with this id runs on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
