import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../command-line/usage-error';
import { readSweep, type Sweep } from './sweep-config';
import { expectFreeSweepFolder, expectSameSweep, readSweepDescription, sweepPaths } from './sweep-folder';
import { sweepJobs, type JobOptions, type SweepJob } from './sweep-jobs';

/** Options of {@link planSweep}. */
export interface PlanSweepOptions extends Omit<JobOptions, 'threads'> {
  /** The file of the sweep. */
  sweep?: string | undefined;
  out: string;
  /** Default: as the sweep in `out` was begun, or 1. */
  threads?: number | undefined;
  resume: boolean;
}

/** A sweep with its runs. */
export interface SweepPlan {
  out: string;
  sweep: Sweep;
  options: JobOptions;
  jobs: SweepJob[];
  threads: number;
  /** Whether it has not begun yet. */
  isNew: boolean;
}

/** Reads a sweep, new or begun, and checks all its runs. Writes nothing. @throws UsageError that names what is wrong. */
export function planSweep({ sweep: path, out, resume, ...given }: PlanSweepOptions): SweepPlan {
  const before = readSweepDescription(out);
  if (!before && path === undefined) {
    throw new UsageError(
      resume ? `--resume: there is no sweep in ${out}; give a SWEEP to begin one` : 'SWEEP is missing: a JSON file',
    );
  }
  if (path === undefined && !resume)
    throw new UsageError('SWEEP is missing: a JSON file; --resume continues the one in --out');
  if (!before) expectFreeSweepFolder(out);
  const sweep = path === undefined ? before!.sweep : readSweep(path);
  const { data = path === undefined ? before?.options.data : undefined } = given;
  if (data !== undefined && !existsSync(data)) throw new UsageError(`--data: there is no folder ${data}`);
  const threads = given.threads ?? before?.options.threads ?? 1;
  const options: JobOptions = {
    data: data === undefined ? undefined : resolve(data),
    backend: given.backend ?? (path === undefined ? before!.options.backend : undefined),
    compile: path === undefined ? before!.options.compile : given.compile,
    precision: given.precision ?? (path === undefined ? before!.options.precision : undefined),
    threads,
  };
  const jobs = sweepJobs(sweep, out, options, path ?? sweepPaths(out).sweep);
  if (before) expectSameSweep(before, jobs, options, out);
  return { out, sweep, options, jobs, threads, isNew: !before };
}
