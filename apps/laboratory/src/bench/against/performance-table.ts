import { summarize } from '@hrm/reference-trainer/internal';
import { benchSizes, type BenchSizeName } from './bench-size';
import { describeMachine, type Machine } from '../report/machine';
import type { ContenderMeasurement } from './measure-size';
import type { Measurements, PerformanceRow } from './performance-target';
import { formatSeconds, withRange } from '../report/format-figures';
import { markdownTable } from '../report/markdown-table';

/** Formats a figure with three digits. */
const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** A table of the targets and the measured figures. */
export function targetTable(rows: readonly PerformanceRow[]): string {
  return markdownTable(
    ['work', 'size', 'figure', 'floor', 'aim', 'measured', ''],
    rows.map(({ work, size, figure: name, floor, aim, measured, verdict }) => [
      work,
      benchSizes[size].label,
      name,
      figure(floor),
      figure(aim),
      measured ? withRange([measured.least, measured.median, measured.most], figure) : '-',
      verdict === 'missed' ? 'MISSED' : verdict,
    ]),
  );
}

function contenderCells(size: BenchSizeName, measured: ContenderMeasurement): string[] {
  const { name, first, seconds, matmulGflops, peakRssMib } = measured;
  const medians = seconds.map((round) => summarize(round).median);
  return [
    size,
    name,
    formatSeconds(first),
    withRange(medians, formatSeconds),
    medians.length > 0 ? (benchSizes[size].sizes.batch / summarize(medians).median).toFixed(1) : '-',
    withRange(matmulGflops, (value) => value.toFixed(0)),
    peakRssMib.toFixed(0),
  ];
}

/** A table of each contender's seconds, MiB and GFLOP/s. */
export function contenderTable(measurements: Measurements): string {
  const header = ['size', 'who', 'first s', 'step or evaluation s', 'samples/s', 'matmul GFLOP/s', 'peak MiB'];
  const rows = Object.entries(measurements).flatMap(([size, { contenders }]) =>
    Object.values(contenders).map((measured) => contenderCells(size as BenchSizeName, measured)),
  );
  return markdownTable(header, rows);
}

/** Rounds and date of each size, because a long benchmark may have been run size by size. */
function describeRounds(measurements: Measurements): string {
  const sizes = Object.entries(measurements).map(
    ([size, { rounds, date }]) => `${size}: ${rounds}, ${date.slice(0, 10)}`,
  );
  return (
    'All take turns in each round. Ratios and shares are computed for each round; the table has their median, with the range in ' +
    `parentheses. Rounds and date of each size: ${sizes.join('; ')}.`
  );
}

/** The whole report, as Markdown. */
export function performanceReport(
  rows: readonly PerformanceRow[],
  measurements: Measurements,
  machine: Machine,
): string {
  return [targetTable(rows), contenderTable(measurements), describeRounds(measurements), describeMachine(machine)].join(
    '\n\n',
  );
}
