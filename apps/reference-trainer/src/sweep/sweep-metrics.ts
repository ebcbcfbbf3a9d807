import type { RunRecord } from '@hrm/ui/run-record';
import { describeSeconds } from '../terminal/describe-seconds';
import { percent } from '../terminal/percent';

/** A figure of a finished run. */
export interface SweepMetric {
  /** Its column in the table. */
  title: string;
  /** Which value is the best. */
  best: 'most' | 'least';
  of(run: RunRecord): number | undefined;
  text(value: number | undefined): string;
}

const mostOf = (values: readonly (number | undefined)[]) => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

/** The share of the newest steps over which the training loss is averaged. */
const NEWEST = 0.1;

/** The mean loss of the newest steps. */
function lastLoss({ curves: { loss } }: RunRecord): number | undefined {
  const newest = loss.slice(-Math.max(1, Math.round(NEWEST * loss.length))).filter((value) => value !== null);
  return newest.length === 0 ? undefined : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}

const number = (digits: number) => (value: number | undefined) => (value === undefined ? '-' : value.toFixed(digits));

/** The figures that a sweep compares, by the names that `metric` in its file takes. */
export const sweepMetrics = {
  exactAccuracy: {
    title: 'best held out',
    best: 'most',
    of: ({ evaluations }) => mostOf(evaluations.map(({ exactAccuracy }) => exactAccuracy)),
    text: percent,
  },
  haltedExactAccuracy: {
    title: 'if it stops',
    best: 'most',
    of: ({ evaluations }) => mostOf(evaluations.map(({ halted }) => halted?.exactAccuracy)),
    text: percent,
  },
  accuracy: {
    title: 'cells right',
    best: 'most',
    of: ({ evaluations }) => mostOf(evaluations.map(({ accuracy }) => accuracy)),
    text: percent,
  },
  loss: { title: 'loss', best: 'least', of: lastLoss, text: number(4) },
  steps: { title: 'steps', best: 'least', of: ({ lastStep }) => lastStep, text: number(0) },
  seconds: {
    title: 'time',
    best: 'least',
    of: ({ seconds }) => (seconds === undefined ? undefined : Math.round(10 * seconds) / 10),
    text: (value) => (value === undefined ? '-' : describeSeconds(value)),
  },
} as const satisfies Record<string, SweepMetric>;

/** The name of a figure. */
export type SweepMetricName = keyof typeof sweepMetrics;

/** The names of all figures. */
export const metricNames = Object.keys(sweepMetrics) as SweepMetricName[];

/** The figures of one run; undefined where it has none. */
export type SweepFigures = { readonly [Name in SweepMetricName]: number | undefined };

/** The figures of a run. */
export const figuresOf = (run: RunRecord): SweepFigures =>
  Object.fromEntries(metricNames.map((name) => [name, sweepMetrics[name].of(run)])) as SweepFigures;
