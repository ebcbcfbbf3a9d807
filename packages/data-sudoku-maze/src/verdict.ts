/** Whether an answer is right; if not, also why and where. */
export interface Verdict {
  valid: boolean;
  /** What is wrong, in words; undefined if valid. */
  reason?: string;
  /** The cells that are wrong, numbered row by row from 0; empty if valid, or if no single cell is wrong. */
  wrongCells: number[];
}

/** The verdict for a right answer. */
export const VALID: Verdict = { valid: true, wrongCells: [] };

/** Creates the verdict for a wrong answer. */
export function invalid(reason: string, wrongCells: number[] = []): Verdict {
  return { valid: false, reason, wrongCells };
}
