import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfig } from '../../config/run-config';
import { UsageError } from '../../command-line/usage-error';
import { holdsRun, readRunDescription, runPaths } from './run-folder';

/** Names, seen from the run's folder, of files that a run writes. `config.json` and the lock are not among them. */
const written = [
  /^\.config\.json-[0-9a-f]+$/,
  /^metrics\.jsonl$/,
  /^data\/(identifiers\.json|\.identifiers\.json\.[^/]+\.tmp)$/,
  /^data\/(train|test|\.(train|test)\.[^/]+)\/(dataset\.json|all__(inputs|labels|puzzle_identifiers|puzzle_indices|group_indices)\.npy)$/,
  /^checkpoints\/(\.saving-|\.removing-|\.replaced-|set-aside-)?checkpoint-\d+(-[0-9a-f]+)?\/(manifest\.json|(weights|ema|optimizer|carry)\.safetensors)$/,
];

/** And of folders. */
const folders = [
  /^data$/,
  /^data\/(train|test|\.(train|test)\.[^/]+)$/,
  /^checkpoints$/,
  /^checkpoints\/(\.saving-|\.removing-|\.replaced-|set-aside-)?checkpoint-\d+(-[0-9a-f]+)?$/,
];

/** What is in a run's folder beside `config.json` and the lock. */
interface RunContents {
  files: string[];
  /** The inner ones first. */
  folders: string[];
  /** What no run writes. */
  foreign: string[];
}

function contentsOf(run: string, folder = ''): RunContents {
  const contents: RunContents = { files: [], folders: [], foreign: [] };
  for (const name of readdirSync(join(run, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const facts = lstatSync(join(run, path));
    if ((path === 'config.json' && facts.isFile()) || (path === 'run.lock' && facts.isDirectory())) continue;
    if (facts.isFile() && written.some((pattern) => pattern.test(path))) contents.files.push(path);
    else if (facts.isDirectory() && folders.some((pattern) => pattern.test(path))) {
      const inner = contentsOf(run, path);
      contents.files.push(...inner.files);
      contents.folders.push(...inner.folders, path);
      contents.foreign.push(...inner.foreign);
    } else contents.foreign.push(path);
  }
  return contents;
}

/** Whether the folder says that the demo of this config wrote the run in it. */
export function holdsEarlierDemo(run: string, { name }: Pick<RunConfig, 'name'>): boolean {
  if (!existsSync(run) || !lstatSync(run).isDirectory() || !holdsRun(run)) return false;
  try {
    const { madeBy, config } = readRunDescription(run);
    return madeBy === 'hrm demo' && config.name === name && config.imports === undefined;
  } catch (error) {
    // Whatever it is, it is none of ours.
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Makes sure that nothing but an earlier demo's own files is in the folder. @throws UsageError naming what is. */
export function expectEarlierDemo(run: string): void {
  const { foreign } = contentsOf(run);
  if (foreign.length === 0) return;
  const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
  throw new UsageError(
    `--out: the demo would begin anew in ${run}, but ${foreign.slice(0, 3).join(', ')}${more} there is not its own; ` +
      'move that away, or choose another folder',
  );
}

/**
 * Removes an earlier demo's own files, under the lock of its run. What says that it is one goes last: a process killed on the
 * way leaves a folder that the next demo takes for its own.
 *
 * @throws UsageError where there is anything else; nothing is removed then.
 */
export async function removeEarlierDemo(run: string): Promise<void> {
  expectEarlierDemo(run);
  const { files, folders: emptied } = contentsOf(run);
  for (const file of files) await unlink(join(run, file));
  for (const folder of emptied) await rmdir(join(run, folder));
  await unlink(runPaths(run).description);
}
