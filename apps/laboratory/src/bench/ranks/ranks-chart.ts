import { WIRES } from '@hrm/distributed';
import { benchSizes } from '../against/bench-size';
import type { Machine } from '../report/machine';
import { element, svgDocument, textAt } from '../report/svg';
import type { RanksResult, SizePredictions } from './ranks-report';

const PANEL = { width: 420, height: 280, left: 52, right: 20, top: 46, bottom: 42 };
const HEAD = 66;
const MUTED = '#59636e';
const COLORS = ['#d1572f', '#3d7edb', '#1a7f5a', '#8250df'];
const DASHES = { float32: '', bfloat16: '5 3' } as const;
const MARKS = [1, 2, 8, 64, 1024];

/** One plot: predicted efficiency over the number of ranks, and the measured ones. */
function drawPanel(
  { size, predictions }: SizePredictions,
  results: readonly RanksResult[],
  left: number,
): readonly string[] {
  const gbits = [...new Set(predictions.map((one) => one.gbits))];
  const marks = [...new Set([...MARKS, ...results.map(({ measurement }) => measurement.ranks)])].sort((a, b) => a - b);
  const most = Math.log2(Math.max(...marks, ...predictions.map(({ ranks }) => ranks)));
  const inner = { width: PANEL.width - PANEL.left - PANEL.right, height: PANEL.height - PANEL.top - PANEL.bottom };
  const x = (ranks: number) => left + PANEL.left + (inner.width * Math.log2(ranks)) / most;
  const y = (efficiency: number) => HEAD + PANEL.top + inner.height * (1 - Math.min(1.1, efficiency) / 1.1);
  const lines = gbits.flatMap((speed, i) =>
    WIRES.map((wire) => {
      const points = predictions.filter((one) => one.gbits === speed && one.wire === wire);
      return element('polyline', {
        points: points.map(({ ranks, efficiency }) => `${x(ranks).toFixed(1)},${y(efficiency).toFixed(1)}`).join(' '),
        fill: 'none',
        stroke: COLORS[i % COLORS.length]!,
        'stroke-width': 2,
        ...(DASHES[wire] && { 'stroke-dasharray': DASHES[wire] }),
      });
    }),
  );
  const measured = results.flatMap(({ measurement: { ranks }, efficiencies }) =>
    efficiencies
      .filter(({ scaling }) => scaling === 'weak')
      .flatMap(({ wall: { median, least, most } }) => [
        element('line', { x1: x(ranks), x2: x(ranks), y1: y(least), y2: y(most), stroke: '#1f2328' }),
        element('circle', { cx: x(ranks), cy: y(median), r: 4, fill: '#1f2328' }),
      ]),
  );
  return [
    textAt(left + PANEL.left, HEAD + 18, benchSizes[size].label, { 'font-weight': 600 }),
    textAt(left + PANEL.left, HEAD + 34, 'efficiency, the same batch on each rank', { 'font-size': 11, fill: MUTED }),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((step) => [
      element('line', {
        x1: x(1),
        x2: x(2 ** most),
        y1: y(step),
        y2: y(step),
        stroke: step === 0 ? '#8c959f' : '#e3e6ea',
      }),
      textAt(x(1) - 6, y(step) + 4, String(step), { 'text-anchor': 'end', 'font-size': 10.5, fill: MUTED }),
    ]),
    ...marks.map((ranks) =>
      textAt(x(ranks), y(0) + 15, ranks.toLocaleString('en'), {
        'text-anchor': 'middle',
        'font-size': 10.5,
        fill: MUTED,
      }),
    ),
    textAt(x(2 ** (most / 2)), y(0) + 31, 'ranks', { 'text-anchor': 'middle', 'font-size': 10.5, fill: MUTED }),
    ...lines,
    ...measured,
  ];
}

/** A chart of predicted and measured efficiencies, with a plot for each size. */
export function ranksChart(
  predicted: readonly SizePredictions[],
  results: readonly RanksResult[],
  machine: Machine,
): string {
  const width = Math.max(620, PANEL.width * predicted.length + 20);
  const height = HEAD + PANEL.height + 30;
  const gbits = [...new Set(predicted.flatMap(({ predictions }) => predictions.map((one) => one.gbits)))];
  const entries = [
    ...gbits.map((speed, i) => ({ text: `${speed} Gbit/s`, stroke: COLORS[i % COLORS.length]!, dashes: '' })),
    { text: 'float32 on the wire', stroke: MUTED, dashes: DASHES.float32 },
    { text: 'bfloat16', stroke: MUTED, dashes: DASHES.bfloat16 },
  ];
  let right = 24;
  const legend = entries.flatMap(({ text, stroke, dashes }) => {
    const line = { x1: right, x2: right + 24, y1: height - 14, y2: height - 14, stroke, 'stroke-width': 2 };
    const drawn = [
      element('line', { ...line, ...(dashes && { 'stroke-dasharray': dashes }) }),
      textAt(right + 30, height - 10, text),
    ];
    right += 54 + 6.6 * text.length;
    return drawn;
  });
  return svgDocument(width, height, 'Predicted efficiency of many ranks', [
    textAt(24, 30, 'Predicted efficiency of many ranks', { 'font-size': 17, 'font-weight': 600 }),
    textAt(24, 50, `${machine.processor}, one thread a rank, ${machine.date.slice(0, 10)}`, { fill: MUTED }),
    ...predicted.flatMap((one, i) =>
      drawPanel(
        one,
        results.filter(({ size }) => size === one.size),
        10 + PANEL.width * i,
      ),
    ),
    ...legend,
    element('circle', { cx: right + 6, cy: height - 14, r: 4, fill: '#1f2328' }),
    textAt(right + 16, height - 10, 'measured'),
  ]);
}
