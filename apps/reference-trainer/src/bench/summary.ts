/** Median and range of some measurements. */
export interface Summary {
  median: number;
  least: number;
  most: number;
}

/** Median and range of values. @throws RangeError if there is none. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('summarize: no value was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
