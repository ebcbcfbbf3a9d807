import { join } from 'node:path';
import type { RunRecord } from '@hrm/ui/run-record';
import { readRunRecord } from '../run-record/read-run-record';
import { readOutcome } from './sweep-folder';
import type { Settings } from './sweep-config';
import { commandOf, type SweepJob } from './sweep-jobs';
import { figuresOf, metricNames, sweepMetrics, type SweepFigures, type SweepMetricName } from './sweep-metrics';

/** What has become of a run. */
export interface JobResult extends Partial<SweepFigures> {
  name: string;
  group: string;
  settings: Settings;
  seed: number | undefined;
  /** `open`: not begun, or stopped before its end. */
  status: 'done' | 'failed' | 'open';
  error?: string | undefined;
  command: string;
}

/** Mean and range of a figure over the runs of all seeds. */
export interface Spread {
  mean: number;
  least: number;
  most: number;
}

/** The runs of the same settings, one for each seed. */
export interface SweepRow {
  name: string;
  settings: Settings;
  runs: number;
  done: number;
  failed: number;
  figures: { readonly [Name in SweepMetricName]?: Spread };
}

/** The runs of a sweep, and what is known of each. */
export interface SweepResults {
  metric: SweepMetricName;
  /** The best first. */
  rows: readonly SweepRow[];
  /** In the order of the sweep. */
  jobs: readonly JobResult[];
  /** The records of the runs that are done, the best first. */
  records: readonly RunRecord[];
}

/** Reads what has become of all runs. */
export async function readSweepResults(
  out: string,
  jobs: readonly SweepJob[],
  metric: SweepMetricName,
): Promise<SweepResults> {
  const results: JobResult[] = [];
  const records: { record: RunRecord; value: number | undefined }[] = [];
  for (const job of jobs) {
    const { name, group, settings, seed } = job;
    const run = join(out, name);
    const outcome = readOutcome(out, name);
    // A run that failed or was stopped has figures of another length.
    const record = outcome?.status === 'done' ? await readRunRecord(run, { missing: MISSING }) : undefined;
    const figures = record && figuresOf(record);
    if (record) records.push({ record, value: figures?.[metric] });
    results.push({
      name,
      group,
      settings,
      seed,
      status: outcome?.status ?? 'open',
      error: outcome?.error,
      ...figures,
      command: commandOf(job),
    });
  }
  const isBetter = (one: number | undefined, other: number | undefined) => compare(one, other, metric);
  const groups = [...new Set(results.map(({ group }) => group))];
  const rows = groups.map((group) => rowOf(results.filter((job) => job.group === group)));
  return {
    metric,
    rows: rows.sort((one, other) => isBetter(one.figures[metric]?.mean, other.figures[metric]?.mean)),
    jobs: results,
    records: records.sort((one, other) => isBetter(one.value, other.value)).map(({ record }) => record),
  };
}

const MISSING = [
  'Halting, residuals, calibration and puzzles: a sweep does not try its models; `hrm report RUN` does.',
];

/** Sorts the best first, and what has no value last. */
function compare(one: number | undefined, other: number | undefined, metric: SweepMetricName): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  return sweepMetrics[metric].best === 'most' ? other - one : one - other;
}

function rowOf(jobs: readonly JobResult[]): SweepRow {
  const [{ group, settings }] = jobs as [JobResult, ...JobResult[]];
  const spreads = metricNames.flatMap((name) => {
    const values = jobs.map((job) => job[name]).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [[name, { mean, least: Math.min(...values), most: Math.max(...values) }] as const];
  });
  const count = (status: JobResult['status']) => jobs.filter((job) => job.status === status).length;
  return {
    name: group,
    settings,
    runs: jobs.length,
    done: count('done'),
    failed: count('failed'),
    figures: Object.fromEntries(spreads),
  };
}
