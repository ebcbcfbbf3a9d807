import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeProcessTable, type ProcessIdentity } from '@hrm/files/node';

/**
 * The file that identifies the process that builds in a staging folder. Shows other processes whether it still runs.
 */
const OWNER = 'owner.json';
const SUFFIX = '.partial';
/** How often a running build updates its owner file, and after how long without an update it counts as ended. */
const HEARTBEAT_MS = 20_000;
const HEARTBEAT_TIMEOUT_MS = 600_000;

/**
 * Creates a folder to build in, next to its final place, with a unique name. Only this user can read it. When the build
 * is checked, {@link publish} renames it in one step.
 */
export function createStagingFolder(parent: string, key: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `${key}.${process.pid}-${randomBytes(4).toString('hex')}${SUFFIX}`);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, OWNER), JSON.stringify(nodeProcessTable.identityOf()));
  return folder;
}

/**
 * Updates the owner file regularly, for processes of other machines that cannot see this process.
 *
 * @returns the function that stops the updates.
 */
export function keepAlive(staging: string): () => void {
  const timer = setInterval(() => {
    try {
      utimesSync(join(staging, OWNER), new Date(), new Date());
    } catch {
      // The folder was just published or removed.
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Gives the staging folder its final name. If another process was first, removes the folder and returns false. */
export function publish(staging: string, final: string, isComplete: () => boolean): boolean {
  rmSync(join(staging, OWNER), { force: true });
  chmodSync(staging, 0o755);
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(staging, final);
      return true;
    } catch (error) {
      if (isComplete()) {
        removeFolder(staging);
        return false;
      }
      // The installation there is incomplete, for example because a file was deleted. It cannot be used.
      if (attempt > 0 || !existsSync(final)) throw error;
      const replaced = `${staging}.replaced${SUFFIX}`;
      renameSync(final, replaced);
      removeFolder(replaced);
    }
  }
}

/** Removes a folder and its contents. Tries again while a program that was just ended still writes there. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Removes the folders of interrupted set-ups in `parent`. Returns their number. */
export function removeLeftovers(parent: string): number {
  let removed = 0;
  for (const folder of stagingFolders(parent)) {
    if (isLive(folder)) continue;
    try {
      removeFolder(folder);
      removed++;
    } catch {
      // A program of the ended process still writes there. The next set-up removes the folder.
    }
  }
  return removed;
}

/** Whether another running process builds this key now. */
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
    const owner = JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as ProcessIdentity;
    const state = nodeProcessTable.state(owner);
    // The cache is shared between machines or containers, and the process belongs to another one.
    return state === 'unknown' ? isYoungerThan(HEARTBEAT_TIMEOUT_MS, join(folder, OWNER)) : state === 'running';
  } catch {
    // There is no owner file shortly after mkdir and shortly before the rename. That takes seconds, so wait a minute.
    return isYoungerThan(60_000, folder);
  }
}

function isYoungerThan(milliseconds: number, path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < milliseconds;
}
