/** Whether an answer is right, and if not, why and where. */
export interface Verdict {
  valid: boolean;
  /** What is wrong, in words; absent when valid. */
  reason?: string;
  /** The cells that are wrong, row by row from 0; empty when valid or when no cell can be named. */
  wrongCells: number[];
}

/** The verdict on a right answer. */
export const VALID: Verdict = { valid: true, wrongCells: [] };

/** The verdict on a wrong answer. */
export function invalid(reason: string, wrongCells: number[] = []): Verdict {
  return { valid: false, reason, wrongCells };
}
