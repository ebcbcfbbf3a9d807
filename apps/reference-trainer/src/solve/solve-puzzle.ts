import { type RecursiveReasoner, thinkAloud } from '@hrm/models';
import type { Compile } from '@hrm/trainer';
import type { ShownPuzzle } from '../terminal/show-puzzle';

/** How a model is asked for an answer. */
export interface SolvingOptions {
  until: 'halted' | 'end';
  compile: Compile;
  /** Called after each segment with the cells whose answer has changed in it. */
  onSegment?: (segment: number, changed: number) => void;
}

/** What a model answered. */
export interface SolvedPuzzle {
  answer: string;
  tokens: Int32Array;
  /** Whether it is right; null where nobody can tell. */
  valid: boolean | null;
  /** What is wrong with it. */
  reason?: string | undefined;
  /** Segments run. */
  segments: number;
  /** The segment after which the answer did not change any more. */
  settledAfter: number;
  /** The first segment after which the model would have stopped. */
  haltedAfter?: number | undefined;
}

/** Has a model solve a puzzle, and looks whether the answer is right. */
export async function solvePuzzle(
  model: RecursiveReasoner,
  shown: ShownPuzzle,
  { until, compile, onSegment }: SolvingOptions,
): Promise<SolvedPuzzle> {
  let tokens = new Int32Array(0);
  let [segments, settledAfter] = [0, 0];
  let haltedAfter: number | undefined;
  for await (const { answer, segment, halted } of thinkAloud(model, shown.tokens, { until, compile })) {
    const changed = answer.filter((token, i) => token !== tokens[i]).length;
    if (changed > 0) settledAfter = segment;
    if (halted) haltedAfter ??= segment;
    tokens = Int32Array.from(answer);
    segments = segment;
    onSegment?.(segment, changed);
  }
  const verdict = shown.verify(tokens);
  return {
    answer: shown.format(tokens),
    tokens,
    valid: verdict ? verdict.valid : null,
    reason: verdict?.reason,
    segments,
    settledAfter,
    haltedAfter,
  };
}
