import { benchSizes } from './bench-size';
import type { Machine } from '../report/machine';
import type { PerformanceRow, TargetKind, Verdict } from './performance-target';
import { axisSteps, element, svgDocument, textAt } from '../report/svg';

const WIDTH = 900;
const LEFT = 370;
const RIGHT = 130;
const ROW = 34;
const BAR = 16;
const GAP = 40;

const COLORS: { [verdict in Verdict]: string } = {
  'aim reached': '#1a7f5a',
  ok: '#3d7edb',
  missed: '#d1572f',
  'not measured': '#8c959f',
  'does not apply': '#8c959f',
};
const MUTED = '#59636e';

const GROUPS: readonly { kind: TargetKind; heading: string; unit: string }[] = [
  { kind: 'speed', heading: 'Times as fast as PyTorch', unit: '×' },
  { kind: 'share', heading: 'Share of matmul speed', unit: '' },
  { kind: 'memory', heading: 'Peak memory relative to PyTorch (less is better)', unit: '×' },
  { kind: 'seconds', heading: 'Seconds to the first step (less is better)', unit: ' s' },
];

const format = (value: number, unit: string) => `${value.toFixed(2)}${unit}`;

/** One row: its name, a bar with the range of the rounds, ticks for floor and aim, and its figure. */
function drawRow(row: PerformanceRow, top: number, x: (value: number) => number, unit: string): string[] {
  const { work, size, figure, precision, floor, aim, measured, verdict } = row;
  const middle = top + ROW / 2;
  const tick = (value: number, dashed: boolean) =>
    element('line', {
      x1: x(value),
      x2: x(value),
      y1: middle - BAR / 2 - 4,
      y2: middle + BAR / 2 + 4,
      stroke: '#1f2328',
      'stroke-width': 2,
      ...(dashed && { 'stroke-dasharray': '3 2.5' }),
    });
  const label = [
    textAt(LEFT - 12, middle - 2, `${work}: ${figure}`, { 'text-anchor': 'end' }),
    textAt(LEFT - 12, middle + 12, `${benchSizes[size].label}, ${precision}`, {
      'text-anchor': 'end',
      'font-size': 10.5,
      fill: MUTED,
    }),
  ];
  const ticks = [...(aim === floor ? [] : [tick(aim, true)]), tick(floor, false)];
  if (!measured) return [...label, ...ticks, textAt(WIDTH - RIGHT + 12, middle + 4, verdict, { fill: MUTED })];
  const { median, least, most } = measured;
  const color = COLORS[verdict];
  const bar = { x: LEFT, y: middle - BAR / 2, width: Math.max(1, x(median) - LEFT), height: BAR, fill: color };
  const range = { x1: x(least), x2: x(most), y1: middle, y2: middle, stroke: '#1f2328', 'stroke-opacity': '0.55' };
  return [
    ...label,
    element('rect', { ...bar, rx: 2 }),
    ...(most > least ? [element('line', range)] : []),
    ...ticks,
    textAt(WIDTH - RIGHT + 12, middle + 4, format(median, unit), { 'font-weight': 600, fill: color }),
    textAt(WIDTH - RIGHT + 62, middle + 4, verdict === 'aim reached' ? 'aim' : verdict, { fill: color }),
  ];
}

/** A chart of all rows: bars of the measured figures, with floors and aims, and one scale for each kind of figure. */
export function performanceChart(rows: readonly PerformanceRow[], machine: Machine): string {
  const drawn: string[] = [
    textAt(24, 32, 'HRM in TypeScript and the official PyTorch code', { 'font-size': 17, 'font-weight': 600 }),
    textAt(24, 52, `${machine.processor}, ${machine.cores} cores, ${machine.date.slice(0, 10)}`, {
      fill: MUTED,
    }),
  ];
  const legend: [string, string][] = [
    ['aim reached', COLORS['aim reached']],
    ['floor reached', COLORS.ok],
    ['missed', COLORS.missed],
  ];
  let right = LEFT;
  for (const [name, color] of legend) {
    drawn.push(
      element('rect', { x: right, y: 65, width: 12, height: 12, rx: 2, fill: color }),
      textAt(right + 18, 75, name),
    );
    right += 36 + 6.6 * name.length;
  }
  for (const [name, dashes] of [
    ['floor', ''],
    ['aim', '3 2.5'],
  ] as const) {
    const line = { x1: right + 4, x2: right + 4, y1: 62, y2: 80, stroke: '#1f2328', 'stroke-width': 2 };
    drawn.push(
      element('line', { ...line, ...(dashes && { 'stroke-dasharray': dashes }) }),
      textAt(right + 12, 75, name),
    );
    right += 54;
  }
  let top = 100;
  for (const { kind, heading, unit } of GROUPS) {
    const group = rows.filter((row) => row.kind === kind);
    if (group.length === 0) continue;
    const steps = axisSteps(
      Math.max(...group.flatMap(({ aim, floor, measured }) => [aim, floor, measured?.most ?? 0])),
    );
    const x = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * value) / steps.at(-1)!;
    drawn.push(textAt(24, top + 14, heading, { 'font-weight': 600, 'font-size': 13 }));
    const bottom = top + 24 + group.length * ROW;
    for (const step of steps) {
      const strong = kind === 'speed' && step === 1;
      drawn.push(
        element('line', { x1: x(step), x2: x(step), y1: top + 24, y2: bottom, stroke: strong ? '#8c959f' : '#e3e6ea' }),
        textAt(x(step), bottom + 14, String(step), { 'text-anchor': 'middle', 'font-size': 10.5, fill: MUTED }),
      );
    }
    group.forEach((row, i) => drawn.push(...drawRow(row, top + 24 + i * ROW, x, unit)));
    top = bottom + GAP;
  }
  return svgDocument(WIDTH, top, 'Speed and memory relative to PyTorch, with floors and aims', drawn);
}
