import type { RunRecord } from '@hrm/ui/run-record';

/** `97.3%`, or a dash for what is not known. */
export const percent = (share: number | null | undefined, digits = 1): string =>
  share === undefined || share === null ? '–' : `${(100 * share).toFixed(digits)}%`;

/** `12,345`, or a dash. */
export const whole = (value: number | null | undefined): string =>
  value === undefined || value === null ? '–' : Math.round(value).toLocaleString('en');

/** `12.3k`: three digits. */
export const short = (value: number | null | undefined): string =>
  value === undefined || value === null
    ? '–'
    : new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);

/** Three significant digits, such as `0.0123` or `1.2e-7`. */
export function figures(value: number | null | undefined): string {
  if (value === undefined || value === null) return '–';
  const three = Number(value.toPrecision(3));
  return three !== 0 && Math.abs(three) < 1e-3 ? three.toExponential().replace('e-', 'e−') : String(three);
}

/** `1.2 GB`. */
export const bytes = (value: number | null | undefined): string =>
  value === undefined || value === null
    ? '–'
    : value >= 1e9
      ? `${(value / 1e9).toFixed(2)} GB`
      : `${Math.round(value / 1e6)} MB`;

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  return `${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} min`;
}

/** The last evaluation of a run, and the best one. */
export function evaluationsOf({ evaluations }: RunRecord) {
  const best = evaluations.reduce(
    (found, one) => (found && found.exactAccuracy >= one.exactAccuracy ? found : one),
    evaluations[0],
  );
  return { last: evaluations.at(-1), best };
}

/** The last value of a curve. */
export const lastOf = (values: readonly (number | null)[]): number | undefined =>
  values.findLast((value) => value !== null) ?? undefined;

/** The mean of a curve, without its gaps. */
export function meanOf(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Short names of runs: their folders without what all of them begin with. */
export function shortNames(runs: readonly RunRecord[]): string[] {
  const parts = runs.map(({ run }) => run.replace(/\/+$/, '').split('/'));
  let shared = 0;
  while (parts.every((names) => names.length > shared + 1 && names[shared] === parts[0]![shared])) shared++;
  return parts.map((names) => names.slice(shared).join('/'));
}

/** The colour of a run among others. */
export const runColour = (index: number): `--${string}` => `--run-${1 + (index % 8)}`;
