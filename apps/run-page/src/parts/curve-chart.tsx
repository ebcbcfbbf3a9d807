import { joinCurves, type OwnCurve } from '@hrm/ui';
import { lineChart, type Curve, type LineChart, type LineChartOptions } from '@hrm/ui/line-chart';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lastOf, percent, short, whole } from '../format';

/** A curve of a chart, with its values. */
export interface ShownCurve extends Curve, OwnCurve {
  /** Writes a value next to its name. Default: a share as percent, else three digits. */
  format?: (value: number | undefined) => string;
  /** Whether it only stands behind its smoothed curve, and is not named. Default false. */
  isFaint?: boolean;
}

/** Curves over steps or segments, with a legend that shows the values under the pointer, or else the last ones. */
export function CurveChart({
  curves,
  height = 220,
  along = 'Step',
  ...options
}: {
  curves: readonly ShownCurve[];
  height?: number;
  /** What x is. Default `Step`. */
  along?: string;
} & Pick<LineChartOptions, 'scale' | 'label' | 'labelX' | 'range'>) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<LineChart | undefined>(undefined);
  const [point, setPoint] = useState<number | undefined>(undefined);
  const joined = useMemo(() => joinCurves(curves), [curves]);
  const looks = curves.map(({ name, colour }) => name + colour).join();
  useEffect(() => {
    chart.current = lineChart(element.current!, { curves, height, onPoint: setPoint, ...options });
    return () => chart.current?.remove();
  }, [looks]);
  useEffect(() => chart.current?.show(joined.x, ...joined.curves), [joined, looks]);
  const formatOf = ({ axis, format }: ShownCurve) => format ?? (axis === 'share' ? percent : short);
  const last = (curve: ShownCurve) => formatOf(curve)(lastOf(curve.values));
  const named = curves.filter(({ isFaint }) => !isFaint);
  const summary = named.map((curve) => `${curve.name}: ${last(curve)}`).join(', ');
  return (
    <figure class="chart">
      <figcaption class="legend">
        {named.map((curve) => (
          <span key={curve.name}>
            <i style={{ background: `var(${curve.colour})` }} />
            {curve.name}
            <b>
              {point === undefined
                ? last(curve)
                : formatOf(curve)(joined.curves[curves.indexOf(curve)]![point] ?? undefined)}
            </b>
          </span>
        ))}
        {point !== undefined && <span class="at">{`${along} ${whole(joined.x[point])}`}</span>}
      </figcaption>
      <div ref={element} role="img" aria-label={`${along} ${whole(joined.x.at(-1))}, ${summary}`} />
    </figure>
  );
}
