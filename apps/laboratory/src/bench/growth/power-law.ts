/** A power law: `y` is about `factor * x ** exponent`. */
export interface PowerLaw {
  exponent: number;
  factor: number;
}

/**
 * Fits a power law to points: a straight line on logarithmic axes, by least squares.
 *
 * @throws RangeError for fewer than two different `x`, or for a value that is not above 0.
 */
export function fitPowerLaw(points: readonly { x: number; y: number }[]): PowerLaw {
  if (points.some(({ x, y }) => !(x > 0) || !(y > 0)))
    throw new RangeError('fitPowerLaw: every x and y must be above 0');
  const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const spread = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) throw new RangeError('fitPowerLaw: expected at least two different x');
  const exponent = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { exponent, factor: Math.exp(meanY - exponent * meanX) };
}
