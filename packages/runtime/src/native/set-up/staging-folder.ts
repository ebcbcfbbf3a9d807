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

/** Says who is building in a staging folder, so that another process can tell a live one from a left-over. */
const OWNER = 'owner.json';
const SUFFIX = '.partial';
/** How often a builder shows that it lives, and how long it is believed to without. */
const BEAT_MS = 20_000;
const SILENCE_MS = 600_000;

/**
 * A folder to build in, beside its final place, with a name no other process has. Nobody looks into it; when all is done
 * and checked, {@link publish} gives it its final name in one step. Until then only this user can look into it.
 */
export function createStagingFolder(parent: string, key: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `${key}.${process.pid}-${randomBytes(4).toString('hex')}${SUFFIX}`);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, OWNER), JSON.stringify(nodeProcessTable.identityOf()));
  return folder;
}

/** Shows now and then that this process still builds in its folder, to those who cannot see it. @returns what ends that */
export function keepAlive(staging: string): () => void {
  const timer = setInterval(() => {
    try {
      utimesSync(join(staging, OWNER), new Date(), new Date());
    } catch {
      // It has been published or removed just now.
    }
  }, BEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Gives the staging folder its final name. Returns false, and removes it, when another process was first. */
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
    const owner = JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as ProcessIdentity;
    const state = nodeProcessTable.state(owner);
    // A cache shared between machines or containers: we cannot ask about a process there.
    return state === 'unknown' ? isYoungerThan(SILENCE_MS, join(folder, OWNER)) : state === 'running';
  } catch {
    // No owner yet or no longer: between mkdir and write, or while being published. Seconds, so a minute is ample.
    return isYoungerThan(60_000, folder);
  }
}

function isYoungerThan(milliseconds: number, path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < milliseconds;
}
