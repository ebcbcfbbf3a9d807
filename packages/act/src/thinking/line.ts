import type { PuzzleWithIdentifier } from '../inference/puzzle';
import type { SegmentResult } from '../inference/solution';
import type { LatentNoise } from './latent-noise';

/** What a line of thought sees after each of its segments. */
export interface LineResult extends Omit<SegmentResult, 'segment'> {
  /** Token logits, `[seqLen * vocab]`, position by position; undefined unless the line reads them. */
  logits: Float32Array | undefined;
}

/**
 * What a slot does next: go on, end its line, or go on with another question. `anew`: from the start, instead of from
 * the latents of the line.
 */
export type LineStep = 'go on' | 'end' | { inputs: Int32Array; anew: boolean };

/** A line of thought: what one slot of the batch computes, from its start to its end. */
export interface Line {
  readonly puzzle: Required<PuzzleWithIdentifier>;
  /** Whether it starts from the network's initial latents, or from zeros; noise is added to both. */
  readonly startsFrom: 'initial' | 'zeros';
  readonly readsLogits: boolean;
  /** The noise for the latents before a segment; undefined: none. `isStart`: before the first one after a start. */
  noise(isStart: boolean): LatentNoise | undefined;
  /** Looks at the result of a segment. */
  next(result: LineResult): LineStep;
  /** Whether it is needed no more. Asked after all lines have looked at their results. */
  isOver(): boolean;
}
