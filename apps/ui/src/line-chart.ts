import uPlot from 'uplot';
import { followTheme } from './follow-theme';

/** A curve: its name, its colour in palette.css, and the axis that it is read on. */
export interface Curve {
  name: string;
  colour: `--${string}`;
  /** `share` is 0 to 1, `value` fits itself. Where a chart has both, shares are read on the right. */
  axis: 'value' | 'share';
  /** Line width. Default 2. */
  width?: number;
  /** Default 1. */
  opacity?: number;
  /** Whether each value is a dot too: for curves of few values. Default false. */
  hasDots?: boolean;
}

/** A chart of curves over a common x. */
export interface LineChart {
  /** Draws new values: x, then one list for each curve; null where a curve has no value. */
  show(x: readonly number[], ...curves: readonly (readonly (number | null)[])[]): void;
  /** Removes the chart from the page. */
  remove(): void;
}

/** Options of {@link lineChart}. */
export interface LineChartOptions {
  curves: readonly Curve[];
  height: number;
  /** The ends of x. Default: those of the values. */
  range?: readonly [number, number];
  /** How values are scaled. Default `linear`, from 0. */
  scale?: 'linear' | 'log';
  /** Writes a value on the axis. Default: as a number. */
  label?: (value: number) => string;
  /** Writes an x on the axis. Default: short, such as 2k. */
  labelX?: (x: number) => string;
  /** Called with the index of the values under the pointer, and with undefined when it leaves. Default: no pointer. */
  onPoint?: (index: number | undefined) => void;
}

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

/** Makes a chart that fills the width of its element, and follows its size and the colours of the page. */
export function lineChart(
  element: HTMLElement,
  {
    curves,
    height,
    range,
    scale = 'linear',
    label = (value) => short.format(value),
    labelX = (x) => short.format(x),
    onPoint,
  }: LineChartOptions,
): LineChart {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  // light-dark() is known to CSS, but not to a canvas: a probe resolves it.
  const probe = element.appendChild(document.createElement('span'));
  probe.hidden = true;
  const inked = (name: string) => {
    probe.style.color = colour(name);
    return getComputedStyle(probe).color;
  };
  const axis = {
    stroke: () => inked('--muted'),
    grid: { stroke: () => inked('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  /** A logarithmic axis names powers of ten only. */
  const isDecade = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;
  const decades =
    scale === 'log'
      ? (_: uPlot, splits: number[]) => splits.map((value) => (isDecade(value) ? value : null))
      : undefined;
  const has = (name: Curve['axis']) => curves.some((curve) => curve.axis === name);
  const plot = new uPlot(
    {
      width: element.clientWidth || 300,
      height,
      cursor: onPoint ? { y: false, drag: { x: false, y: false }, points: { size: 7 } } : { show: false },
      legend: { show: false },
      hooks: { setCursor: [({ cursor }) => onPoint?.(cursor.idx ?? undefined)] },
      scales: {
        x: { time: false, ...(range && { range: [...range] as [number, number] }) },
        value:
          scale === 'log'
            ? { distr: 3, range: (_, low, high) => uPlot.rangeLog(low, high, 10, true) }
            : { range: (_, __, high) => [0, (high || 0.1) * 1.05] },
        share: { range: [0, 1.05] },
      },
      axes: [
        { ...axis, size: 26, values: (_, all) => all.map((x) => (Number.isInteger(x) ? labelX(x) : '')) },
        {
          ...axis,
          show: has('value'),
          scale: 'value',
          size: 50,
          ...(decades && { filter: decades, grid: { ...axis.grid, filter: decades } }),
          values: (_, values) => values.map((value) => (value === null ? '' : label(value))),
        },
        {
          ...axis,
          show: has('share'),
          scale: 'share',
          side: has('value') ? 1 : 3,
          size: 44,
          ...(has('value') && { grid: { show: false } }),
          values: (_, shares) => shares.map((share) => (share > 1 ? '' : `${Math.round(100 * share)}%`)),
        },
      ],
      series: [
        {},
        ...curves.map(({ name, colour, axis, width = 2, opacity = 1, hasDots = false }) => ({
          label: name,
          scale: axis,
          stroke: () => inked(colour),
          alpha: opacity,
          width,
          spanGaps: true,
          points: { show: hasDots, size: 6, fill: () => inked(colour), stroke: () => inked(colour) },
        })),
      ],
    },
    [[], ...curves.map(() => [])],
    element,
  );
  const follow = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
  follow.observe(element);
  const leaveTheme = followTheme(() => plot.redraw(false));
  return {
    show: (x, ...values) => plot.setData([x as number[], ...(values as (number | null)[][])]),
    remove: () => {
      follow.disconnect();
      leaveTheme();
      plot.destroy();
      probe.remove();
    },
  };
}
