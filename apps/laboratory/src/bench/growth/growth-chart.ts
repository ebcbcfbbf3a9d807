import type { Growth } from './growth';
import type { Machine } from '../report/machine';
import { axisSteps, element, svgDocument, textAt } from '../report/svg';

const COLUMNS = 3;
const PANEL = { width: 290, height: 220, left: 46, right: 16, top: 44, bottom: 34 };
const HEAD = 66;
const MUTED = '#59636e';
const TIME = '#3d7edb';
const EXPECTED = '#8c959f';

/** One small plot: seconds over values, and the growth of the matrix products alone. */
function drawPanel({ label, points, exponent, expected, dimension }: Growth, left: number, top: number): string[] {
  const largest = points.at(-1)!.value;
  // Scaled so that both curves meet at the last point.
  const secondsPerGflop = points.at(-1)!.seconds / points.at(-1)!.gflops;
  const steps = axisSteps(Math.max(...points.map(({ seconds }) => seconds)) * 1.02);
  const x = (value: number) => left + PANEL.left + ((PANEL.width - PANEL.left - PANEL.right) * value) / largest;
  const y = (seconds: number) =>
    top + PANEL.height - PANEL.bottom - ((PANEL.height - PANEL.top - PANEL.bottom) * seconds) / steps.at(-1)!;
  const path = (of: (point: Growth['points'][number]) => number) =>
    points.map((point) => `${x(point.value).toFixed(1)},${y(of(point)).toFixed(1)}`).join(' ');
  const what = dimension === 'segments' ? 'evaluation' : 'step';
  return [
    textAt(left + PANEL.left, top + 16, label, { 'font-weight': 600 }),
    textAt(left + PANEL.left, top + 31, `${what}: power ${exponent.toFixed(2)}, products ${expected.toFixed(2)}`, {
      'font-size': 11,
      fill: MUTED,
    }),
    ...steps.flatMap((step) => [
      element('line', {
        x1: x(0),
        x2: x(largest),
        y1: y(step),
        y2: y(step),
        stroke: step === 0 ? '#8c959f' : '#e3e6ea',
      }),
      textAt(x(0) - 6, y(step) + 4, String(step), { 'text-anchor': 'end', 'font-size': 10.5, fill: MUTED }),
    ]),
    ...points
      // A label that would overlap the next one is left out.
      .filter(({ value }, i) => i === points.length - 1 || x(points[i + 1]!.value) - x(value) > 20)
      .map(({ value }) =>
        textAt(x(value), y(0) + 15, String(value), { 'text-anchor': 'middle', 'font-size': 10.5, fill: MUTED }),
      ),
    element('polyline', {
      points: path(({ gflops }) => gflops * secondsPerGflop),
      fill: 'none',
      stroke: EXPECTED,
      'stroke-width': 1.5,
      'stroke-dasharray': '4 3',
    }),
    element('polyline', { points: path(({ seconds }) => seconds), fill: 'none', stroke: TIME, 'stroke-width': 2 }),
    ...points.map(({ value, seconds }) => element('circle', { cx: x(value), cy: y(seconds), r: 3.5, fill: TIME })),
  ];
}

/** A chart of the growth of time, with a small plot for each dimension. */
export function growthChart(growths: readonly Growth[], machine: Machine): string {
  const width = PANEL.width * Math.min(COLUMNS, growths.length) + 20;
  const height = HEAD + PANEL.height * Math.ceil(growths.length / COLUMNS) + 24;
  const legend = [
    element('line', { x1: 24, x2: 48, y1: height - 14, y2: height - 14, stroke: TIME, 'stroke-width': 2 }),
    textAt(54, height - 10, 'seconds, median'),
    element('line', {
      x1: 164,
      x2: 188,
      y1: height - 14,
      y2: height - 14,
      stroke: EXPECTED,
      'stroke-dasharray': '4 3',
    }),
    textAt(194, height - 10, 'matrix products alone, at the last point’s speed'),
  ];
  return svgDocument(width, height, 'How the time of a step grows', [
    textAt(24, 30, 'How the time of a step grows', { 'font-size': 17, 'font-weight': 600 }),
    textAt(24, 50, `${machine.processor}, ${machine.cores} cores, ${machine.date.slice(0, 10)}`, { fill: MUTED }),
    ...growths.flatMap((growth, i) =>
      drawPanel(growth, 10 + PANEL.width * (i % COLUMNS), HEAD + PANEL.height * Math.floor(i / COLUMNS)),
    ),
    ...legend,
  ]);
}
