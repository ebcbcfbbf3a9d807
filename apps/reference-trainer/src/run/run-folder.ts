import { existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { replaceFile } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { checkRunConfig } from '../config/load-run-config';
import type { RunConfig } from '../config/run-config';
import { readConfigText } from '../files/read-regular-file';
import { UsageError } from '../terminal/usage-error';

/** What a run folder says about itself, in `config.json`. */
export interface RunDescription {
  config: RunConfig;
  /** The folder with its puzzles; an imported run may not know one. */
  data?: string;
  /** Sizes of its puzzles, from which its model is made. */
  puzzles: PuzzleSizes;
}

const puzzleSizes = z.object({
  seqLen: z.int().min(1),
  vocabSize: z.int().min(1),
  numPuzzleIdentifiers: z.int().min(1),
});

/** What a model must know of its puzzles. */
export type PuzzleSizes = z.infer<typeof puzzleSizes>;

/** Where the parts of a run lie. */
export const runPaths = (run: string) => ({
  description: join(run, 'config.json'),
  metrics: join(run, 'metrics.jsonl'),
  data: join(run, 'data'),
});

/** Whether there is a run in the folder. */
export const holdsRun = (run: string): boolean => existsSync(runPaths(run).description);

/** Makes sure that a new run would be alone in its folder. @throws UsageError where something is in the way. */
export function expectFreeFolder(run: string): void {
  if (!existsSync(run)) return;
  if (!statSync(run).isDirectory()) throw new UsageError(`--out: ${run} is a file, expected a folder for the run`);
  // A lock is no run, nor is what a start that was killed at once has left.
  if (readdirSync(run).every((name) => name === 'run.lock' || name.startsWith('.config.json-'))) return;
  const next = holdsRun(run) ? 'go on with it by --resume, or choose another folder' : 'choose another folder';
  throw new UsageError(`--out: ${run} is not empty; ${next}`);
}

/** Writes what the run is. Puzzles inside of its folder are told of by their place in it, so that the folder may move. */
export async function writeRunDescription(run: string, { data, ...description }: RunDescription): Promise<void> {
  const inside = data === undefined ? '' : relative(run, data);
  const isInside = inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
  const told = data === undefined ? {} : { data: isInside ? inside : resolve(data) };
  const text = `${JSON.stringify({ ...description, ...told }, null, 2)}\n`;
  await replaceFile(runPaths(run).description, new TextEncoder().encode(text));
}

/** The puzzles that a run was begun with; none where it was killed before its own were written. */
export function puzzlesOfRun(run: string): string | undefined {
  const { data } = readRunDescription(run);
  const isOwn = data === resolve(runPaths(run).data);
  return isOwn && !['train', 'test'].every((split) => existsSync(join(data, split))) ? undefined : data;
}

/** Reads what a run is. @throws UsageError when the folder holds none. */
export function readRunDescription(run: string): RunDescription {
  const path = runPaths(run).description;
  if (!existsSync(path)) throw new UsageError(`--run: ${run} holds no run: there is no ${path}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readConfigText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const { config, data, puzzles } = (parsed ?? {}) as { config?: unknown; data?: unknown; puzzles?: unknown };
  const sizes = puzzleSizes.safeParse(puzzles);
  if (!sizes.success) throw new UsageError(`${path} does not say what size the puzzles of the run have ("puzzles")`);
  return {
    config: checkRunConfig(config, path),
    puzzles: sizes.data,
    ...(typeof data === 'string' && { data: resolve(run, data) }),
  };
}
