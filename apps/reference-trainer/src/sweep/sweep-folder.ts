import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { UsageError } from '../command-line/usage-error';
import { configChanges, describeChanges } from '../config/config-changes';
import type { RunConfig } from '../config/run-config';
import { readConfigJson, readRegularFile } from '../files/read-regular-file';
import { holdsRun } from '../run/folder/run-folder';
import { checkSweep, type Sweep } from './sweep-config';
import type { JobOptions, SweepJob } from './sweep-jobs';

/** The files of a sweep. The folder of each run is next to them; its name contains `=`, or is `base`. */
export const sweepPaths = (out: string) => ({
  sweep: join(out, 'sweep.json'),
  outcomes: join(out, 'outcomes'),
  logs: join(out, 'logs'),
  json: join(out, 'results.json'),
  csv: join(out, 'results.csv'),
  report: join(out, 'report.html'),
});

/** How a run of a sweep has ended. A run without an outcome has not begun, or was stopped. */
const outcome = z.object({
  status: z.enum(['done', 'failed']),
  /** Why it failed. */
  error: z.string().optional(),
});
export type Outcome = z.infer<typeof outcome>;

const options = z.object({
  data: z.string().optional(),
  backend: z.string().optional(),
  compile: z.string(),
  precision: z.string().optional(),
  threads: z.int().min(1),
});

/** The largest description of a sweep, in bytes. */
const MAX_BYTES = 2 ** 28;

const description = z.object({
  sweep: z.unknown(),
  options,
  runs: z.array(z.object({ name: z.string(), config: z.record(z.string(), z.unknown()) })),
});

/** A sweep as its folder keeps it. */
export interface SweepDescription {
  sweep: Sweep;
  options: JobOptions;
  runs: readonly { name: string; config: RunConfig }[];
}

/** Reads the sweep in a folder; undefined if there is none. @throws UsageError if it is damaged. */
export function readSweepDescription(out: string): SweepDescription | undefined {
  const path = sweepPaths(out).sweep;
  if (!existsSync(path)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readRegularFile(path, { maxBytes: MAX_BYTES }).toString('utf8'));
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const { data } = description.safeParse(content);
  if (!data) throw new UsageError(`${path} is not the description of a sweep; expected what \`hrm sweep\` wrote`);
  // The configs are only compared.
  return { ...data, sweep: checkSweep(data.sweep, path), runs: data.runs as unknown as SweepDescription['runs'] };
}

/** Makes sure that a folder is free for a new sweep. @throws UsageError if not. */
export function expectFreeSweepFolder(out: string): void {
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory()) throw new UsageError(`--out: ${out} is a file, expected a folder for the sweep`);
  // A lock, or the temporary file of a process that was killed early, is no sweep.
  const others = readdirSync(out).filter((name) => name !== 'run.lock' && !name.startsWith('.sweep.json-'));
  if (others.length === 0) return;
  throw new UsageError(`--out: ${out} is not empty, and holds no sweep; choose another folder`);
}

const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));

/**
 * Makes sure that a sweep continues the one in its folder: only further runs may have come.
 *
 * @throws UsageError that names the runs or keys that differ.
 */
export function expectSameSweep(
  before: SweepDescription,
  jobs: readonly SweepJob[],
  now: Omit<JobOptions, 'threads'>,
  out: string,
): void {
  for (const name of ['data', 'backend', 'compile', 'precision'] as const) {
    if (before.options[name] === now[name]) continue;
    throw new UsageError(
      `--${name}: the sweep in ${out} was begun with ${shown(before.options[name])}, now ${shown(now[name])}; give the same, ` +
        'or choose another --out',
    );
  }
  const byName = new Map(jobs.map((job) => [job.name, job]));
  for (const { name, config } of before.runs) {
    const job = byName.get(name);
    if (!job) {
      throw new UsageError(
        `--out: the sweep in ${out} has the run ${name}, which the sweep no longer has; runs can be added, but not ` +
          'removed. Put it back, or choose another --out',
      );
    }
    const changes = configChanges(config, job.config);
    if (changes.length === 0) continue;
    throw new UsageError(
      `--out: the config of the run ${name} in ${out} has changed: ${describeChanges(changes, ['was', 'now'])}; runs can ` +
        'be added, but not changed. Change it back, or choose another --out',
    );
  }
}

const bytesOf = (value: object) => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

/** Writes the description of a sweep, and makes its folders. */
export async function writeSweepDescription(
  out: string,
  { sweep, options, jobs }: { sweep: Sweep; options: JobOptions; jobs: readonly SweepJob[] },
): Promise<void> {
  const { sweep: path, logs, outcomes } = sweepPaths(out);
  for (const folder of [logs, outcomes]) await mkdir(folder, { recursive: true });
  await replaceFile(path, bytesOf({ sweep, options, runs: jobs.map(({ name, config }) => ({ name, config })) }));
}

const outcomePath = (out: string, name: string) => join(sweepPaths(out).outcomes, `${name}.json`);

/** How a run of a sweep has ended; undefined if it has not. @throws FileFormatError for a damaged file. */
export function readOutcome(out: string, name: string): Outcome | undefined {
  const path = outcomePath(out, name);
  if (!existsSync(path)) return undefined;
  const { data } = outcome.safeParse(readConfigJson(path));
  // A run that somebody removed is trained again.
  if (data) return data.status === 'failed' || holdsRun(join(out, name)) ? data : undefined;
  throw new FileFormatError({ path, problem: 'it is no outcome of a run', expected: 'what `hrm sweep` wrote' });
}

/** Records how a run has ended. */
export const writeOutcome = (out: string, name: string, outcome: Outcome): Promise<void> =>
  replaceFile(outcomePath(out, name), bytesOf(outcome));
