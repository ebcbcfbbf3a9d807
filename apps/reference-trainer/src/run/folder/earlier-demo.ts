import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfig } from '../../config/run-config';
import { UsageError } from '../../command-line/usage-error';
import { holdsRun, readRunDescription, runPaths } from './run-folder';

/** Files that a run writes, relative to its folder, except for `config.json` and the lock. */
const written = [
  /^\.config\.json-[0-9a-f]+$/,
  /^(metrics|observations)\.jsonl$/,
  /^tensorboard\/events\.out\.tfevents\.[^/]+$/,
  /^report\.html$/,
  /^data\/(identifiers\.json|\.identifiers\.json\.[^/]+\.tmp)$/,
  /^data\/(train|test|\.(train|test)\.[^/]+)\/(dataset\.json|all__(inputs|labels|puzzle_identifiers|puzzle_indices|group_indices)\.npy)$/,
  /^checkpoints\/(\.saving-|\.removing-|\.replaced-|set-aside-)?checkpoint-\d+(-[0-9a-f]+)?\/(manifest\.json|(weights|ema|optimizer|carry)\.safetensors)$/,
];

/** Folders that a run makes. */
const folders = [
  /^data$/,
  /^data\/(train|test|\.(train|test)\.[^/]+)$/,
  /^tensorboard$/,
  /^checkpoints$/,
  /^checkpoints\/(\.saving-|\.removing-|\.replaced-|set-aside-)?checkpoint-\d+(-[0-9a-f]+)?$/,
];

/** The contents of a run's folder, except for `config.json` and the lock. */
interface RunContents {
  files: string[];
  /** Inner folders first. */
  folders: string[];
  /** Everything that no run writes. */
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

/** Whether the folder holds a run that `hrm demo` wrote for this config. */
export function holdsEarlierDemo(run: string, { name }: Pick<RunConfig, 'name'>): boolean {
  if (!existsSync(run) || !lstatSync(run).isDirectory() || !holdsRun(run)) return false;
  try {
    const { madeBy, config } = readRunDescription(run);
    return madeBy === 'hrm demo' && config.name === name && config.imports === undefined;
  } catch (error) {
    // Not a run of ours.
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Makes sure that the folder holds only files of an earlier demo. @throws UsageError that names the others. */
export function expectEarlierDemo(run: string): void {
  const { foreign } = contentsOf(run);
  if (foreign.length === 0) return;
  const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
  throw new UsageError(
    `--out: the demo replaces its earlier run in ${run}, but ${foreign.slice(0, 3).join(', ')}${more} there is not part of ` +
      'that run; move it away, or choose another folder',
  );
}

/**
 * Removes the files of an earlier demo. The caller holds the lock of its run. The description goes last: if the process
 * is killed before that, the next demo still recognises the folder.
 *
 * @throws UsageError if there is anything else; nothing is removed then.
 */
export async function removeEarlierDemo(run: string): Promise<void> {
  expectEarlierDemo(run);
  const { files, folders: emptied } = contentsOf(run);
  for (const file of files) await unlink(join(run, file));
  for (const folder of emptied) await rmdir(join(run, folder));
  await unlink(runPaths(run).description);
}
