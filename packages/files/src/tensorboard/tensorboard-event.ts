/** A histogram: how many values are in each bucket. */
export interface TensorBoardHistogram {
  readonly kind: 'histogram';
  /** The upper ends of the buckets, ascending. */
  readonly limits: readonly number[];
  /** How many values are in each bucket. */
  readonly counts: readonly number[];
  /** The lower end of what is shown, the upper, the sum of the values and the sum of their squares. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** An image, encoded as PNG. */
export interface TensorBoardImage {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** What TensorBoard shows of a step: a number in a curve, a histogram, or an image. */
export type TensorBoardValue = number | TensorBoardHistogram | TensorBoardImage;

/** An event of a TensorBoard event file. Times are seconds since 1970. */
export type TensorBoardEvent =
  /** The first event of every file. */
  | { readonly kind: 'begin'; readonly time: number }
  /** The run continues from `step`: earlier files may hold later steps, which TensorBoard then leaves out. */
  | { readonly kind: 'restart'; readonly time: number; readonly step: number }
  /** Values by tag, such as `train/loss`. TensorBoard puts tags that share the part before `/` together. */
  | {
      readonly kind: 'values';
      readonly time: number;
      readonly step: number;
      readonly values: Readonly<Record<string, TensorBoardValue>>;
    };

/**
 * A histogram of whole numbers, one bucket for each, such as the segments after which puzzles halted.
 *
 * @param counts how many values are `first`, `first + 1`, ...
 * @param first default 1.
 *
 * @example
 * ```ts
 * import { countsHistogram } from '@hrm/files';
 *
 * console.log(countsHistogram([3, 0, 1]).limits); // [0.5, 1.5, 2.5, 3.5]
 * ```
 */
export function countsHistogram(counts: readonly number[], first = 1): TensorBoardHistogram {
  const values = counts.map((_, index) => first + index);
  const present = values.filter((_, index) => counts[index]! > 0);
  const total = (of: (value: number) => number) =>
    values.reduce((sum, value, index) => sum + counts[index]! * of(value), 0);
  return {
    kind: 'histogram',
    // The first bucket is empty. It gives the second one, of the value `first`, its lower end.
    limits: [first - 0.5, ...values.map((value) => value + 0.5)],
    counts: [0, ...counts],
    // TensorBoard cuts the buckets off there.
    min: (present[0] ?? first) - 0.5,
    max: (present.at(-1) ?? first) + 0.5,
    sum: total((value) => value),
    sumOfSquares: total((value) => value ** 2),
  };
}
