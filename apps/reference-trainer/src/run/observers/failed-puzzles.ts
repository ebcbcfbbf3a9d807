import * as tf from '@tensorflow/tfjs-core';
import type { EvaluateOptions } from '@hrm/trainer';

/** A held-out puzzle and the model's answer to it. */
export interface AnsweredPuzzle {
  /** Its place among the held-out puzzles, from 0. */
  readonly index: number;
  /** Tokens. */
  readonly question: readonly number[];
  /** The tokens of the right answer; 0 where none is known. */
  readonly answer: readonly number[];
  readonly prediction: readonly number[];
  /** The prediction after each segment, for one of the puzzles. */
  readonly segments?: readonly (readonly number[])[] | undefined;
  /** Whether the prediction has all tokens of the answer. */
  readonly exact: boolean;
}

/** Collects puzzles while an evaluation runs. */
export interface PuzzleCollector {
  readonly onSegment: NonNullable<EvaluateOptions['onSegment']>;
  /** The puzzles, when the evaluation has ended. */
  puzzles(): AnsweredPuzzle[];
}

/** The most puzzles of one evaluation. */
export const MOST_PUZZLES = 6;

/**
 * Collects a few puzzles that an evaluation fails on. Those that the one before failed on come first, so that one can
 * watch what becomes of them; then those of them that are solved now; then others. If there are none, it collects the
 * first puzzle. Of one puzzle, which failed before, it collects the prediction after each segment.
 *
 * @param maxSegments segments of an evaluation.
 * @param before the puzzles of the evaluation before.
 */
export function collectFailedPuzzles(maxSegments: number, before: readonly AnsweredPuzzle[] = []): PuzzleCollector {
  const failedBefore = new Set(before.filter(({ exact }) => !exact).map(({ index }) => index));
  const again: AnsweredPuzzle[] = [];
  const others: AnsweredPuzzle[] = [];
  let first: AnsweredPuzzle | undefined;
  const followed = before.find(({ exact }) => !exact)?.index ?? 0;
  const segments: number[][] = [];
  /** Rows so far in each segment. */
  const rowsOf = new Array<number>(maxSegments).fill(0);
  return {
    onSegment: async ({ logits, carry }, segment) => {
      const seen = rowsOf[segment]!;
      rowsOf[segment] = seen + logits.shape[0];
      if (followed >= seen && followed < rowsOf[segment]!) {
        segments.push(await read(() => tf.argMax(tf.slice(logits, followed - seen, 1), -1)));
      }
      if (segment !== maxSegments - 1) return;
      const { inputs, labels } = carry.puzzle;
      const [questions, known, predictions] = await Promise.all([
        inputs.data(),
        labels.data(),
        read(() => tf.argMax(logits, -1)),
      ]);
      const [rows, seqLen] = inputs.shape;
      for (let row = 0; row < rows; row++) {
        const index = seen + row;
        const cells = (tokens: ArrayLike<number>) =>
          Array.from({ length: seqLen }, (_, cell) => tokens[row * seqLen + cell]!);
        const label = cells(known);
        // Padding of a batch.
        if (label.every((token) => token < 0)) continue;
        const prediction = cells(predictions);
        const exact = label.every((token, cell) => token < 0 || token === prediction[cell]);
        const isAgain = failedBefore.has(index);
        if (!isAgain && first && (exact || others.length >= MOST_PUZZLES)) continue;
        const answer = label.map((token) => Math.max(token, 0));
        const puzzle: AnsweredPuzzle = {
          index,
          question: cells(questions),
          answer,
          prediction,
          exact,
          ...(index === followed && { segments }),
        };
        first ??= puzzle;
        if (isAgain) again.push(puzzle);
        else if (!exact) others.push(puzzle);
      }
    },
    puzzles: () => {
      const [failed, solved] = [again.filter(({ exact }) => !exact), again.filter(({ exact }) => exact)];
      const found = [...failed, ...solved, ...others].slice(0, MOST_PUZZLES);
      return found.length > 0 || !first ? found : [first];
    },
  };
}

/** The values of a tensor, which is then freed. */
async function read(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  try {
    return Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
