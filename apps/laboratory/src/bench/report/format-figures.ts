import { summarize } from '@hrm/cli/internal';

/** Formats seconds with two or four decimals. */
export const formatSeconds = (seconds: number): string => (seconds < 1 ? seconds.toFixed(4) : seconds.toFixed(2));

/** Formats the median, with the range in parentheses if there is one. */
export function withRange(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0 || values.some(Number.isNaN)) return '-';
  const { median, least, most } = summarize(values);
  return least === most ? format(median) : `${format(median)} (${format(least)}-${format(most)})`;
}
