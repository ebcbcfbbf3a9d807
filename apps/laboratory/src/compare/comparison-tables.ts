import { percent } from '@hrm/cli/internal';
import { markdownTable } from '../bench/report/markdown-table';
import type { CellResult } from './cell-result';
import { comparedAxes, type ComparedAxis } from './comparison-cell';
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
  ['block', ({ block }) => block],
  ['puzzles, all segments', ({ figures }) => (figures ? share(figures.puzzles) : '-')],
  ['valid', ({ figures }) => (figures?.valid ? share(figures.valid) : '-')],
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

/** Whether answers that differ from their label were right. */
const hasOtherAnswers = ({ figures }: ComparisonRow) =>
  figures?.valid !== undefined && figures.valid.mean !== figures.puzzles.mean;

/** Rows as a Markdown table. Empty columns are left out. */
function table(rows: readonly ComparisonRow[], hidden: readonly string[]): string {
  const kept = columns.filter(([title, value]) => {
    if (hidden.includes(title) || (title === 'valid' && !rows.some(hasOtherAnswers))) return false;
    return rows.some((row) => !['', 'all'].includes(value(row)));
  });
  return markdownTable(
    kept.map(([title]) => title),
    rows.map((row) => kept.map(([, value]) => value(row))),
  );
}

/** The parts of a kind that the results have. */
const partsOf = (results: readonly CellResult[], axis: ComparedAxis) => [
  ...new Set(results.map(({ cell }) => cell[axis])),
];

/** `schedules, over all controllers and blocks`. */
const describeMargin = (axis: ComparedAxis, over: readonly ComparedAxis[]) =>
  `${axis}s, over all ${over.map((other) => `${other}s`).join(' and ')}`;

/**
 * The tables of a comparison, in Markdown: for each kind of puzzle, the mean and range over the seeds of every
 * combination of parts, then over all cells of each schedule, of each controller and of each block.
 */
export function comparisonTables(results: readonly CellResult[]): string {
  const names = [...new Set(results.map(({ cell }) => cell.puzzles.name))];
  return names
    .flatMap((name) => {
      const own = results.filter(({ cell }) => cell.puzzles.name === name);
      const several = comparedAxes.filter((axis) => partsOf(own, axis).length > 1);
      const hidden = several.includes('block') ? [] : ['block'];
      const margins = several.flatMap((axis) => {
        const over = several.filter((other) => other !== axis);
        if (over.length === 0) return [];
        return [`### ${name}: ${describeMargin(axis, over)}`, table(comparisonMargins(own, axis), hidden)];
      });
      return [`## ${own[0]!.cell.puzzles.title}`, table(comparisonRows(own), hidden), ...margins];
    })
    .join('\n\n');
}
