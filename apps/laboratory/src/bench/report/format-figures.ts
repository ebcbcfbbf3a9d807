import { summarize } from '@hrm/reference-trainer/internal';

/** Seconds to the nearest that a person cares about. */
export const formatSeconds = (seconds: number): string => (seconds < 1 ? seconds.toFixed(4) : seconds.toFixed(2));

/** The middle value, and in parentheses the least and the most where there are several. */
export function withRange(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0 || values.some(Number.isNaN)) return '-';
  const { median, least, most } = summarize(values);
  return least === most ? format(median) : `${format(median)} (${format(least)}-${format(most)})`;
}
