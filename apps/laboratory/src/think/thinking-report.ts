import { percent } from '@hrm/cli/internal';
import { markdownTable } from '../bench/report/markdown-table';
import { element, svgDocument, textAt } from '../bench/report/svg';
import type { ThinkingRow } from './thinking-row';

/** Width of the longest bar, in characters. */
const WIDTH = 20;

/** The strategy, and whether it is a control. */
const nameOf = ({ strategy, isControl }: Pick<ThinkingRow, 'strategy' | 'isControl'>): string =>
  `${strategy}${isControl ? ' (control)' : ''}`;

/** Rows as a Markdown table, with a bar for the accuracy. */
export function thinkingTable(rows: readonly ThinkingRow[]): string {
  const header = ['strategy', 'tries', 'segments', 'calls a puzzle', 'solved', '', 'right in any try'];
  return markdownTable(
    header,
    rows.map(({ tries, segments, modelCalls, solved, oracle, ...row }) => [
      nameOf(row),
      String(tries),
      String(segments),
      modelCalls.toFixed(modelCalls < 100 ? 1 : 0),
      percent(solved),
      '#'.repeat(Math.round(WIDTH * solved)),
      oracle === undefined ? '' : percent(oracle),
    ]),
  );
}

const PLOT = { width: 960, height: 480, left: 56, right: 380, top: 36, bottom: 48 };
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf']; // prettier-ignore

/** The title of a drawing, by which `isThinkingSvg` recognises it. */
const TITLE = 'Puzzles solved by segments computed for each (logarithmic)';

/** Whether a text is a drawing of `thinkingSvg`. */
export const isThinkingSvg = (text: string): boolean => text.startsWith('<svg ') && text.includes(`>${TITLE}</text>`);

/** Draws accuracy against compute as an SVG chart, with one line for each strategy. Controls are dashed. */
export function thinkingSvg(rows: readonly ThinkingRow[]): string {
  const { width, height, left, right, top, bottom } = PLOT;
  const calls = ({ modelCalls }: ThinkingRow) => Math.max(1, modelCalls);
  const doublings = Math.max(1, Math.ceil(Math.log2(Math.max(...rows.map(calls)))));
  const x = (row: ThinkingRow) => left + ((width - left - right) * Math.log2(calls(row))) / doublings;
  const y = (share: number) => top + (height - top - bottom) * (1 - share);
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    element('line', { x1: left, x2: width - right, y1: y(share), y2: y(share), stroke: '#ddd' }),
    textAt(left - 8, y(share) + 4, percent(share, 0), { 'text-anchor': 'end' }),
  ]);
  const marks = Array.from({ length: doublings + 1 }, (_, i) => {
    const place = left + ((width - left - right) * i) / doublings;
    return textAt(place, height - bottom + 16, String(2 ** i), { 'text-anchor': 'middle' });
  });
  const strategies = [...new Set(rows.map(({ strategy }) => strategy))];
  const series = strategies.flatMap((strategy, index) => {
    const own = rows.filter((row) => row.strategy === strategy);
    const color = COLORS[index % COLORS.length]!;
    const isControl = own[0]!.isControl;
    const points = own.map((row) => `${x(row).toFixed(1)},${y(row.solved).toFixed(1)}`).join(' ');
    const dashes: { [name: string]: string } = isControl ? { 'stroke-dasharray': '4 3' } : {};
    return [
      element('polyline', { points, fill: 'none', stroke: color, ...dashes }),
      ...own.map((row) => element('circle', { cx: x(row), cy: y(row.solved), r: 3, fill: color })),
      textAt(width - right + 12, top + 16 * index + 4, nameOf(own[0]!), { fill: color }),
    ];
  });
  return svgDocument(width, height, TITLE, [textAt(left, 20, TITLE), ...grid, ...marks, ...series]);
}
