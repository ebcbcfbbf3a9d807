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
import { puzzleSizes, type PuzzleSizes } from '../puzzles/puzzle-sizes';

/** The description of a run, in `config.json` of its folder. */
export interface RunDescription {
  config: RunConfig;
  /** The folder of its puzzles; an imported run may have none. */
  data?: string;
  /** Sizes of its puzzles, which its model is made for. */
  puzzles: PuzzleSizes;
  /**
   * The modules of `config.imports` in their order, then the files that they import, as they were when the run began.
   */
  imports?: readonly ImportedFile[] | undefined;
  /** The command that began the run, if that command may replace it. */
  madeBy?: 'hrm demo' | undefined;
  /** The run that its first weights are from, if it did not begin with random ones. */
  from?: RunOrigin | undefined;
}

const runOrigin = z.object({
  /** Its folder. */
  run: z.string(),
  /** The step of its checkpoint. */
  step: z.int().min(0),
  /** SHA-256 of its weights. */
  sha256: z.string(),
});

/** The run that another run's first weights are from. */
export type RunOrigin = z.infer<typeof runOrigin>;

const description = z.object({
  puzzles: puzzleSizes,
  data: z.string().optional(),
  /** The absolute path of the puzzles, used if they are not at `data`. */
  dataPath: z.string().optional(),
  imports: z.array(z.object({ path: z.string(), sha256: z.string() })).optional(),
  madeBy: z.literal('hrm demo').optional(),
  from: runOrigin.optional(),
});

/** The paths of a run's files. */
export const runPaths = (run: string) => ({
  description: join(run, 'config.json'),
  metrics: join(run, 'metrics.jsonl'),
  observations: join(run, 'observations.jsonl'),
  tensorboard: join(run, 'tensorboard'),
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

/** Makes sure that a folder is free for a new run. @throws UsageError if it is not. */
export function expectFreeFolder(run: string): void {
  if (!existsSync(run)) {
    if (lstatSync(run, { throwIfNoEntry: false }))
      throw new UsageError(`--out: ${run} is a link to nothing; remove it`);
    return;
  }
  if (!statSync(run).isDirectory()) throw new UsageError(`--out: ${run} is a file, expected a folder for the run`);
  // A lock, or the temporary file of a process that was killed early, is no run.
  if (readdirSync(run).every((name) => name === 'run.lock' || name.startsWith('.config.json-'))) return;
  if (!holdsRun(run)) throw new UsageError(`--out: ${run} is not empty; choose another folder`);
  const next = holdsCheckpoint(run)
    ? 'resume the run in it by --resume, or choose another folder'
    : 'the run in it has no checkpoint yet: start it again by --resume, or choose another folder';
  throw new UsageError(`--out: ${run} is not empty; ${next}`);
}

/**
 * A path relative to a folder, so that a tree that holds both may be moved. Absolute if the two share only the root of
 * the file system.
 */
function pathFrom(folder: string, path: string): string {
  const [from, to] = [resolve(folder), resolve(path)];
  const { root } = parse(from);
  const first = (absolute: string) => absolute.slice(root.length).split(sep)[0];
  if (parse(to).root !== root || first(from) !== first(to)) return to;
  // With the same separator on every system.
  return relative(from, to).split(sep).join('/') || '.';
}

/**
 * Writes the description of a run, with the config of its model, so that programs can load it. Paths of puzzles and
 * modules are relative to its folder, so that a tree may be moved.
 */
export async function writeRunDescription(run: string, description: RunDescription): Promise<void> {
  const { config, data, puzzles, imports = [], madeBy, from } = description;
  const dataPath = data === undefined ? undefined : pathFrom(run, data);
  const written = {
    ...(madeBy && { madeBy }),
    config: { ...config, ...(config.imports && { imports: config.imports.map((path) => pathFrom(run, path)) }) },
    puzzles: puzzleSizes.parse(puzzles),
    ...(data !== undefined && { data: dataPath }),
    // Puzzles outside the run may stay in their place when only the run is moved.
    ...(data !== undefined && dataPath?.startsWith('../') && { dataPath: resolve(data) }),
    ...(imports.length > 0 && { imports }),
    ...(from && { from: { ...from, run: pathFrom(run, from.run) } }),
    model: modelConfigOf(config, puzzles),
  };
  await replaceFile(runPaths(run).description, new TextEncoder().encode(`${JSON.stringify(written, null, 2)}\n`));
}

/** The splits of a data set, each a folder. */
export const splits = ['train', 'test'] as const;

/** Whether a run generated its puzzles into its own folder. */
const hasOwnPuzzles = (run: string, data: string): boolean => data === resolve(runPaths(run).data);

/** The folder of a run's puzzles; undefined if it was killed before it had written its own. */
export function puzzlesOfRun(run: string, data: string | undefined): string | undefined {
  if (data === undefined || !hasOwnPuzzles(run, data)) return data;
  return splits.every((split) => existsSync(join(data, split))) ? data : undefined;
}

/** Makes sure that the run can write its own puzzles. @throws UsageError if a link or a file is in their place. */
export function expectOwnPuzzlesFolder(run: string): void {
  const { data } = runPaths(run);
  const facts = lstatSync(data, { throwIfNoEntry: false });
  if (facts && !facts.isDirectory()) {
    throw new UsageError(`${data} is ${facts.isSymbolicLink() ? 'a link' : 'not a folder'}; remove it, or give --data`);
  }
}

/**
 * Reads the description of a run.
 *
 * @param flag the option that names the folder.
 * @throws UsageError if the folder holds none, or it is wrong.
 */
export function readRunDescription(run: string, flag = '--run'): RunDescription {
  const path = runPaths(run).description;
  if (!existsSync(path)) throw new UsageError(`${flag}: ${run} holds no run: there is no ${path}`);
  const parsed = readConfigJson(path);
  const result = description.safeParse(parsed);
  if (!result.success) {
    const issue = describeIssues(result.error, (keys) => keys.map(String).join('.') || 'the description');
    throw new UsageError(`${path} is not the description of a run: ${issue}`);
  }
  const { data, dataPath, imports, from, ...rest } = result.data;
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
    ...(from && { from: { ...from, run: resolve(run, from.run) } }),
  };
}
