import type { JobResult, Spread, SweepResults, SweepRow } from './sweep-results';
import { metricNames, sweepMetrics, type SweepMetricName } from './sweep-metrics';

/** A mean with its range: `91.2% (88.0% to 93.1%)`. */
function spreadInWords(spread: Spread | undefined, metric: SweepMetricName): string {
  const { text } = sweepMetrics[metric];
  if (!spread) return '-';
  const { mean, least, most } = spread;
  return text(least) === text(most) ? text(mean) : `${text(mean)} (${text(least)} to ${text(most)})`;
}

const runsInWords = ({ runs, done, failed }: SweepRow) => `${done} of ${runs}${failed > 0 ? `, ${failed} failed` : ''}`;

/** The table of a sweep as lines of text: the first figure is the one that it is sorted by. */
export function sweepTable({ metric, rows }: SweepResults): string[] {
  const shown: SweepMetricName[] = [metric, ...metricNames.filter((name) => name !== metric)];
  const cells = [
    ['settings', ...shown.map((name) => sweepMetrics[name].title), 'runs done'],
    ...rows.map((row) => [row.name, ...shown.map((name) => spreadInWords(row.figures[name], name)), runsInWords(row)]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()); // prettier-ignore
}

/** A cell of a CSV file (RFC 4180). A text that a spreadsheet would take for a formula begins with an apostrophe. */
function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value.replace(/^[=+\-@\t\r]/, "'$&") : JSON.stringify(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All runs of a sweep as CSV: a line for each, with a column for each key that the sweep sets. */
export function sweepCsv({ jobs }: Pick<SweepResults, 'jobs'>): string {
  const keys = [...new Set(jobs.flatMap(({ settings }) => Object.keys(settings)))];
  const columns: [title: string, of: (job: JobResult) => unknown][] = [
    ['run', ({ name }) => name],
    ...keys.map((key): [string, (job: JobResult) => unknown] => [key, ({ settings }) => settings[key]]),
    ['seed', ({ seed }) => seed],
    ['status', ({ status }) => status],
    ...metricNames.map((name): [string, (job: JobResult) => unknown] => [name, (job) => job[name]]),
    ['error', ({ error }) => error],
    ['command', ({ command }) => command],
  ];
  const lines = [columns.map(([title]) => csvCell(title)), ...jobs.map((job) => columns.map(([, of]) => csvCell(of(job))))]; // prettier-ignore
  return lines.map((line) => `${line.join(',')}\n`).join('');
}
