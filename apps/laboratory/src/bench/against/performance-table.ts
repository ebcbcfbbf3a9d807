import { PRECISIONS } from '@hrm/layers';
import { percent, summarize } from '@hrm/cli/internal';
import { benchSizes, type BenchSizeName } from './bench-size';
import { describeLoad, describeMachine, type Machine } from '../report/machine';
import { measuredContenders, precisionOf, type ContenderName, type SizeMeasurement } from './size-measurement';
import { fastestProducts, matmulShares, type Measurements, type PerformanceRow } from './performance-target';
import { formatSeconds, withRange } from '../report/format-figures';
import { markdownTable } from '../report/markdown-table';

/** Formats a figure with three digits. */
const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** A table of the targets and the measured figures. */
export function targetTable(rows: readonly PerformanceRow[]): string {
  return markdownTable(
    ['work', 'size', 'precision', 'figure', 'floor', 'aim', 'measured', ''],
    rows.map(({ work, size, precision, figure: name, floor, aim, measured, verdict }) => [
      work,
      benchSizes[size].label,
      precision,
      name,
      figure(floor),
      figure(aim),
      measured ? withRange([measured.least, measured.median, measured.most], figure) : '-',
      verdict === 'missed' ? 'MISSED' : verdict,
    ]),
  );
}

function contenderCells(size: BenchSizeName, name: ContenderName, measurement: SizeMeasurement): string[] {
  const measured = measurement.contenders[name]!;
  const { first, seconds, matmulGflops, peakRssMib } = measured;
  const medians = seconds.map((round) => summarize(round).median);
  return [
    size,
    measured.name,
    formatSeconds(first),
    withRange(medians, formatSeconds),
    medians.length > 0 ? (benchSizes[size].sizes.batch / summarize(medians).median).toFixed(1) : '-',
    withRange(matmulGflops, (value) => value.toFixed(0)),
    withRange(matmulShares(measurement, name) ?? [], (value) => percent(value, 0)),
    peakRssMib.toFixed(0),
  ];
}

/** A table of each contender's seconds, MiB and GFLOP/s. */
export function contenderTable(measurements: Measurements): string {
  const header = ['size', 'who', 'first s', 'step or evaluation s', 'samples/s', 'matmul GFLOP/s', 'share', 'peak MiB'];
  const rows = Object.entries(measurements).flatMap(([size, measurement]) =>
    measuredContenders(measurement).map((name) => contenderCells(size as BenchSizeName, name, measurement)),
  );
  return markdownTable(header, rows);
}

/** The yardstick of each size, with its range over the rounds. */
function describeYardsticks(measurements: Measurements): string {
  const sizes = Object.entries(measurements).flatMap(([size, measurement]) => {
    const inBoth = measuredContenders(measurement).some((name) => precisionOf(name) === 'bfloat16');
    return (inBoth ? PRECISIONS : (['float32'] as const)).flatMap((precision) => {
      const speeds = fastestProducts(measurement, precision);
      return speeds.length > 0 ? [`${size}, ${precision}: ${withRange(speeds, (value) => value.toFixed(0))}`] : [];
    });
  });
  if (sizes.length === 0) return '';
  return (
    'Shares are of the fastest product that any contender measured, in GFLOP/s, over all rounds and over all shapes of ' +
    `the step: ${sizes.join('; ')}.`
  );
}

/** Rounds and date of each size, because a long benchmark may have been run size by size. */
function describeRounds(measurements: Measurements): string {
  const sizes = Object.entries(measurements).map(
    ([size, { rounds, date }]) => `${size}: ${rounds}, ${date.slice(0, 10)}`,
  );
  return (
    'All take turns in each round. Ratios are computed for each round; the table has their median, with the range in ' +
    `parentheses. Rounds and date of each size: ${sizes.join('; ')}.`
  );
}

/** A warning for each size in whose rounds other work kept the machine busy. */
function describeBusyRounds(measurements: Measurements, { cores }: Machine): string {
  return Object.entries(measurements)
    .flatMap(([size, { load = [] }]) => {
      const warning = describeLoad({ load: Math.max(0, ...load), cores });
      return warning ? [`${size}, between its rounds: ${warning}`] : [];
    })
    .join('\n');
}

/** The whole report, as Markdown. */
export function performanceReport(
  rows: readonly PerformanceRow[],
  measurements: Measurements,
  machine: Machine,
): string {
  return [
    targetTable(rows),
    contenderTable(measurements),
    describeYardsticks(measurements),
    describeRounds(measurements),
    describeBusyRounds(measurements, machine),
    describeMachine(machine),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
