import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join, parse, relative, resolve, sep } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { checkRunConfig } from '../../config/load-run-config';
import type { RunConfig } from '../../config/run-config';
import { readConfigJson } from '../../files/read-regular-file';
import { describeIssues, UsageError } from '../../command-line/usage-error';
import type { ImportedFile } from '../parts/allowed-imports';
import { modelConfigOf } from '../building/build-run';

/** What a run folder says about itself, in `config.json`. */
export interface RunDescription {
  config: RunConfig;
  /** The folder with its puzzles; an imported run may not know one. */
  data?: string;
  /** Sizes of its puzzles, from which its model is made. */
  puzzles: PuzzleSizes;
  /** The modules of `config.imports` as the run took them, in that order, and then the files that they import. */
  imports?: readonly ImportedFile[] | undefined;
  /** The command that began the run, where that may begin it anew. */
  madeBy?: 'hrm demo' | undefined;
}

const puzzleSizes = z.object({
  seqLen: z.int().min(1),
  vocabSize: z.int().min(1),
  numPuzzleIdentifiers: z.int().min(1),
});

const description = z.object({
  puzzles: puzzleSizes,
  data: z.string().optional(),
  /** Where the puzzles lay when this was written, should they not be where `data` says. */
  dataPath: z.string().optional(),
  imports: z.array(z.object({ path: z.string(), sha256: z.string() })).optional(),
  madeBy: z.literal('hrm demo').optional(),
});

/** What a model must know of its puzzles. */
export type PuzzleSizes = z.infer<typeof puzzleSizes>;

/** Where the parts of a run lie. */
export const runPaths = (run: string) => ({
  description: join(run, 'config.json'),
  metrics: join(run, 'metrics.jsonl'),
  checkpoints: join(run, 'checkpoints'),
  data: join(run, 'data'),
});

/** Whether there is a run in the folder. */
export const holdsRun = (run: string): boolean => existsSync(runPaths(run).description);

/** Whether there is a checkpoint in the folder, whole or not. */
const holdsCheckpoint = (run: string): boolean => {
  const { checkpoints } = runPaths(run);
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.startsWith('checkpoint-'));
};

/** Makes sure that a new run would be alone in its folder. @throws UsageError where something is in the way. */
export function expectFreeFolder(run: string): void {
  if (!existsSync(run)) return;
  if (!statSync(run).isDirectory()) throw new UsageError(`--out: ${run} is a file, expected a folder for the run`);
  // A lock is no run, nor is what a start that was killed at once has left.
  if (readdirSync(run).every((name) => name === 'run.lock' || name.startsWith('.config.json-'))) return;
  if (!holdsRun(run)) throw new UsageError(`--out: ${run} is not empty; choose another folder`);
  const next = holdsCheckpoint(run)
    ? 'go on with it by --resume, or choose another folder'
    : 'the run in it has no checkpoint yet: begin it again by --resume, or choose another folder';
  throw new UsageError(`--out: ${run} is not empty; ${next}`);
}

/**
 * A path as the file of a folder tells it: by its place seen from there, so that a tree which holds both may move. As it is,
 * where they have nothing in common but the root of the file system.
 */
function pathFrom(folder: string, path: string): string {
  const [from, to] = [resolve(folder), resolve(path)];
  const { root } = parse(from);
  const first = (absolute: string) => absolute.slice(root.length).split(sep)[0];
  if (parse(to).root !== root || first(from) !== first(to)) return to;
  // The same on every system.
  return relative(from, to).split(sep).join('/') || '.';
}

/**
 * Writes what the run is, and the config of its model, which is all that programs need to load it. Puzzles and modules are told
 * of by their place seen from its folder, so that a tree may move.
 */
export async function writeRunDescription(run: string, description: RunDescription): Promise<void> {
  const { config, data, puzzles, imports = [], madeBy } = description;
  const place = data === undefined ? undefined : pathFrom(run, data);
  const told = {
    ...(madeBy && { madeBy }),
    config: { ...config, ...(config.imports && { imports: config.imports.map((path) => pathFrom(run, path)) }) },
    puzzles: puzzleSizes.parse(puzzles),
    ...(data !== undefined && { data: place }),
    // Puzzles outside of the run may stay where they are when the run moves alone.
    ...(data !== undefined && place?.startsWith('../') && { dataPath: resolve(data) }),
    ...(imports.length > 0 && { imports }),
    model: modelConfigOf(config, puzzles),
  };
  await replaceFile(runPaths(run).description, new TextEncoder().encode(`${JSON.stringify(told, null, 2)}\n`));
}

/** The folders of a data set. */
export const splits = ['train', 'test'] as const;

/** Whether a run generated its puzzles itself, into its own folder. */
const hasOwnPuzzles = (run: string, data: string): boolean => data === resolve(runPaths(run).data);

/** The puzzles that a run was begun with; none where it was killed before its own were written. */
export function puzzlesOfRun(run: string, data: string | undefined): string | undefined {
  if (data === undefined || !hasOwnPuzzles(run, data)) return data;
  return splits.every((split) => existsSync(join(data, split))) ? data : undefined;
}

/** Makes sure that the run's own puzzles can be written. @throws UsageError where a link would lead them elsewhere. */
export function expectOwnPuzzlesFolder(run: string): void {
  const { data } = runPaths(run);
  const facts = lstatSync(data, { throwIfNoEntry: false });
  if (facts && !facts.isDirectory()) {
    throw new UsageError(`${data} is ${facts.isSymbolicLink() ? 'a link' : 'no folder'}; remove it, or give --data`);
  }
}

/** Reads what a run is. @throws UsageError when the folder holds none. */
export function readRunDescription(run: string): RunDescription {
  const path = runPaths(run).description;
  if (!existsSync(path)) throw new UsageError(`--run: ${run} holds no run: there is no ${path}`);
  const parsed = readConfigJson(path);
  const told = description.safeParse(parsed);
  if (!told.success) {
    const issue = describeIssues(told.error, (keys) => keys.map(String).join('.') || 'the description');
    throw new UsageError(`${path} does not say what the run is: ${issue}`);
  }
  const { data, dataPath, imports, ...rest } = told.data;
  const config = checkRunConfig((parsed as { config?: unknown }).config, path);
  const found = (candidates: readonly (string | undefined)[]): string | undefined => {
    const absolute = candidates.filter((place) => place !== undefined).map((place) => resolve(run, place));
    return absolute.find((place) => existsSync(place)) ?? absolute[0];
  };
  return {
    ...rest,
    config: {
      ...config,
      ...(config.imports && { imports: config.imports.map((file, i) => found([file, imports?.[i]?.path])!) }),
    },
    ...(data !== undefined && { data: found([data, dataPath])! }),
    ...(imports && { imports }),
  };
}
