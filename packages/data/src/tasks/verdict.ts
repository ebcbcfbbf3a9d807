/** Whether an answer is right; if not, also why and where. */
export interface Verdict {
  valid: boolean;
  /** What is wrong, in words; undefined if valid. */
  reason?: string;
  /** The cells that are wrong, numbered row by row from 0; empty if valid, or if no single cell is wrong. */
  wrongCells: number[];
}

/**
 * The verdict for a right answer.
 *
 * @example
 * ```ts
 * import { invalid, VALID } from '@hrm/data';
 *
 * const verifySum = (sum: number) => (sum === 4 ? VALID : invalid('2 + 2 is 4'));
 * console.log(verifySum(4).valid, verifySum(5).reason); // true 2 + 2 is 4
 * ```
 */
export const VALID: Verdict = { valid: true, wrongCells: [] };

/**
 * Creates the verdict for a wrong answer.
 *
 * @example
 * ```ts
 * import { invalid } from '@hrm/data';
 *
 * console.log(invalid('2 occurs twice in row 1', [0, 3])); // { valid: false, reason: ..., wrongCells: [ 0, 3 ] }
 * ```
 */
export function invalid(reason: string, wrongCells: number[] = []): Verdict {
  return { valid: false, reason, wrongCells };
}
