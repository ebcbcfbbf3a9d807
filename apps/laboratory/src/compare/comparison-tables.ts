import { percent } from '@hrm/reference-trainer/internal';
import { markdownTable } from '../bench/report/markdown-table';
import type { CellResult } from './cell-result';
import { comparisonMargins, comparisonRows, type ComparisonRow, type Spread } from './comparison-rows';

/** Formats a mean, with the range in parentheses if there is one. */
const withSpread = (show: (value: number) => string, round: (value: number) => string) => (spread: Spread) =>
  spread.least === spread.most
    ? show(spread.mean)
    : `${show(spread.mean)} (${round(spread.least)} to ${round(spread.most)})`;
const share = withSpread(
  (value) => percent(value),
  (value) => (100 * value).toFixed(0),
);
const number = (digits: number) =>
  withSpread(
    (value) => value.toFixed(digits),
    (value) => value.toFixed(digits),
  );

const columns: [title: string, value: (row: ComparisonRow) => string][] = [
  ['schedule', ({ schedule }) => schedule],
  ['controller', ({ controller }) => controller],
  ['puzzles, all segments', ({ figures }) => (figures ? share(figures.puzzles) : '-')],
  ['cells', ({ figures }) => (figures ? share(figures.cells) : '-')],
  ['puzzles, halting', ({ figures }) => (figures ? share(figures.puzzlesHalting) : '-')],
  ['segments, halting', ({ figures }) => (figures ? number(2)(figures.segmentsHalting) : '-')],
  ['segments, training', ({ figures }) => (figures ? number(2)(figures.trainingSegments) : '-')],
  ['seconds', ({ figures }) => (figures ? number(0)(figures.seconds) : '-')],
  ['CPU seconds', ({ figures }) => (figures ? number(1)(figures.cpuSeconds) : '-')],
  ['ms/step', ({ figures }) => (figures ? number(0)(figures.stepMilliseconds) : '-')],
  ['seeds', ({ seeds }) => String(seeds)],
  ['remarks', ({ remarks }) => remarks.join('; ').replaceAll('|', '\\|').replaceAll('\n', ' ')],
];

/** Rows as a Markdown table. Empty columns are left out. */
function table(rows: readonly ComparisonRow[]): string {
  const kept = columns.filter(([, value]) => rows.some((row) => !['', 'all'].includes(value(row))));
  return markdownTable(
    kept.map(([title]) => title),
    rows.map((row) => kept.map(([, value]) => value(row))),
  );
}

/**
 * The tables of a comparison, in Markdown: for each size, the mean and range over the seeds of every schedule with
 * every controller, then over all cells of each schedule, and of each controller.
 */
export function comparisonTables(results: readonly CellResult[]): string {
  const sizes = [...new Set(results.map(({ cell }) => cell.size))];
  return sizes
    .flatMap((size) => {
      const ofSize = results.filter(({ cell }) => cell.size === size);
      return [
        `## Sudoku ${size}x${size}`,
        table(comparisonRows(ofSize)),
        `### ${size}x${size}: schedules, over all controllers`,
        table(comparisonMargins(ofSize, 'schedule')),
        `### ${size}x${size}: controllers, over all schedules`,
        table(comparisonMargins(ofSize, 'controller')),
      ];
    })
    .join('\n\n');
}
