/** Maps a value to a height from 0 (bottom) to 1 (top). */
export type Scale = (value: number) => number;

/** A logarithmic scale over the given values. Values that are not positive are at the bottom. */
export function logScale(values: readonly number[]): Scale {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const low = Math.min(...logs, 0);
  const high = Math.max(...logs, low + 1);
  return (value) => (value > 0 ? (Math.log10(value) - low) / (high - low) : 0);
}

/**
 * The points of an SVG polyline: `x` across the width, the scaled values up its height.
 *
 * @param points pairs of x, from 0 to 1, and a value.
 */
export function polyline(
  points: readonly (readonly [x: number, value: number])[],
  { width, height, scale }: { width: number; height: number; scale: Scale },
): string {
  const place = ([x, value]: readonly [number, number]) =>
    `${(x * width).toFixed(1)},${((1 - scale(value)) * height).toFixed(1)}`;
  return points.map(place).join(' ');
}
