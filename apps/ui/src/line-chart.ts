import uPlot from 'uplot';

/** A curve: its name, its colour in palette.css, and the axis that it is read on. */
export interface Curve {
  name: string;
  colour: `--${string}`;
  /** `share` is 0 to 1, read on the right; `value` fits itself, read on the left. */
  axis: 'value' | 'share';
}

/** A chart of curves over a common x. */
export interface LineChart {
  /** Draws new values: x, then one list for each curve; null where a curve has no value. */
  show(x: readonly number[], ...curves: readonly (readonly (number | null)[])[]): void;
  /** Removes the chart from the page. */
  remove(): void;
}

/** Makes a chart that fills the width of its element, and follows its size and the colours of the page. */
export function lineChart(
  element: HTMLElement,
  { curves, height, range }: { curves: readonly Curve[]; height: number; range?: readonly [number, number] },
): LineChart {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = {
    stroke: () => inked('--muted'),
    grid: { stroke: () => inked('--line'), width: 1 },
    ticks: { show: false },
  };
  // light-dark() is known to CSS, but not to a canvas: a probe resolves it.
  const probe = element.appendChild(document.createElement('span'));
  const inked = (name: string) => {
    probe.style.color = colour(name);
    return getComputedStyle(probe).color;
  };
  const plot = new uPlot(
    {
      width: element.clientWidth || 300,
      height,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, ...(range && { range: [...range] as [number, number] }) },
        value: { range: (_, __, high) => [0, Math.max(high, 0.1) * 1.05] },
        share: { range: [0, 1.05] },
      },
      axes: [
        { ...axis, size: 26 },
        { ...axis, scale: 'value', size: 38 },
        {
          ...axis,
          scale: 'share',
          side: 1,
          size: 44,
          grid: { show: false },
          values: (_, shares) => shares.map((share) => (share > 1 ? '' : `${Math.round(100 * share)}%`)),
        },
      ],
      series: [
        {},
        ...curves.map(({ name, colour, axis }) => ({
          label: name,
          scale: axis,
          stroke: () => inked(colour),
          width: 2,
          spanGaps: true,
          points: { show: false },
        })),
      ],
    },
    [[], ...curves.map(() => [])],
    element,
  );
  const follow = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
  follow.observe(element);
  return {
    show: (x, ...values) => plot.setData([x as number[], ...(values as (number | null)[][])]),
    remove: () => {
      follow.disconnect();
      plot.destroy();
      probe.remove();
    },
  };
}
