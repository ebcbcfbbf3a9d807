import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, mapTensors, type CompiledFunction, type NamedTensors } from '@hrm/layers';
import { throwIfAborted } from '@hrm/layers/internal';
import type { Carry } from '../segment/carry';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { runSegment } from '../segment/run-segment';
import { carryOf, type PuzzleWithIdentifier } from './puzzle';
import { shrinkBatch, smallestBucket, type ShrinkingBatch } from './shrink-batch';
import type { SegmentResult } from './solution';

/**
 * When a puzzle stops: after all segments (`'end'`), when the controller halts it (`'halted'`), or after the first segment
 * whose result a function accepts, such as one that verifies the answer.
 */
export type Until = 'end' | 'halted' | ((result: SegmentResult, puzzle: SolvedPuzzle) => boolean);

/** The puzzle that a result belongs to. */
export interface SolvedPuzzle {
  /** Tokens, `[seqLen]`. */
  inputs: ArrayLike<number>;
  /** Its place among the puzzles of `solveAll`, from 0; 0 in `solve` and `stream`. */
  index: number;
}

/** Outputs of one segment. */
export type SolvingSegment = {
  carry: Carry;
  /** `[batch, seqLen]` */
  answers: tf.Tensor2D;
  /** `[batch]` each. */
  haltLogits: NamedTensors;
  /** Token logits, `[batch, seqLen, vocab]`; only if asked for. */
  logits?: tf.Tensor3D;
};

/** A segment without labels and losses. No puzzle enters the batch. */
export type SolvingStep = CompiledFunction<[Carry], SolvingSegment>;

/**
 * Makes the segment of a network. Pure, so it can be recorded.
 *
 * @param withLogits whether it also returns the token logits.
 */
export function solvingStep(network: ReasoningNetwork, withLogits = false): SolvingStep {
  return (carry) =>
    tf.tidy(() => {
      const segment = runSegment(network, carry, { haltEarly: true });
      return {
        // Copies: the puzzles and other unchanged tensors belong to the carry before, which is disposed.
        carry: mapTensors(segment.carry, (tensor) => tf.clone(tensor)),
        answers: tf.argMax(segment.logits, -1) as tf.Tensor2D,
        haltLogits: mapTensors(segment.haltLogits, (tensor) => tf.clone(tensor)),
        ...(withLogits && { logits: tf.clone(segment.logits) }),
      };
    });
}

/** Options of {@link solveBatch}. */
export interface SolveBatchOptions {
  /** A puzzle leaves the batch when it stops. */
  until: Until;
  /** The place of the batch's first puzzle among all puzzles. */
  firstIndex: number;
  /** The most segments that a puzzle gets. */
  segments: number;
  /** Sizes that the batch may have. */
  bucketSizes: readonly number[];
  signal: AbortSignal | undefined;
  /** Called after each segment. `active`: puzzles that go on; `rows`: rows of the batch just computed. */
  onSegment?: ((progress: { segment: number; active: number; rows: number }) => void) | undefined;
}

/** The result of one puzzle after a segment. */
export interface PuzzleResult {
  /** Index of the puzzle in the batch. */
  index: number;
  result: SegmentResult;
}

/**
 * Runs segments on a batch of puzzles. The batch shrinks as puzzles leave it.
 *
 * @param puzzles at least one, checked.
 * @returns after each segment, the results of the puzzles that were in the batch.
 */
export async function* solveBatch(
  network: ReasoningNetwork,
  step: SolvingStep,
  puzzles: readonly Required<PuzzleWithIdentifier>[],
  { until, firstIndex, segments, bucketSizes, signal, onSegment }: SolveBatchOptions,
): AsyncGenerator<PuzzleResult[], void, undefined> {
  const rows = smallestBucket(puzzles.length, bucketSizes);
  const indices = Array.from({ length: rows }, (_, row) => (row < puzzles.length ? row : undefined));
  let batch: ShrinkingBatch = { carry: carryOf(network, puzzles, rows), puzzles: indices };
  try {
    for (let segment = 1; segment <= segments; segment++) {
      await throwIfAborted('Solver', signal);
      const { carry, ...outputs } = step(batch.carry);
      disposeAll(batch.carry);
      batch = { ...batch, carry };
      const resultOf = await readResults(batch.carry, outputs);
      const results = batch.puzzles.flatMap((index, row) =>
        index === undefined ? [] : [{ index, result: { segment, ...resultOf(row) } }],
      );
      const isDone = ({ index, result }: PuzzleResult) =>
        segment === segments ||
        (typeof until === 'function'
          ? until(result, { inputs: puzzles[index]!.inputs, index: firstIndex + index })
          : until === 'halted' && result.halted);
      const done = new Set(results.filter(isDone).map(({ index }) => index));
      const active = results.length - done.size;
      onSegment?.({ segment, active, rows: batch.puzzles.length });
      yield results;
      if (active === 0) return;
      const remaining = batch.puzzles.map((index) => (index !== undefined && done.has(index) ? undefined : index));
      batch = shrinkBatch({ carry, puzzles: remaining }, bucketSizes);
    }
  } finally {
    disposeAll(batch.carry);
  }
}

/**
 * Reads the results of a segment, and disposes its outputs, but not the carry.
 *
 * @returns a function that gives the result of each row.
 */
export async function readResults(
  carry: Carry,
  outputs: Omit<SolvingSegment, 'carry' | 'logits'>,
): Promise<(row: number) => Omit<SegmentResult, 'segment'>> {
  try {
    const answers = (await outputs.answers.data()) as Int32Array;
    const halted = await carry.halted.data();
    const haltLogits = await readNamed(outputs.haltLogits);
    const haltingState = await readNamed(carry.halting);
    const rowOf = <Values extends tf.TypedArray>(values: Values, row: number) => {
      const size = values.length / halted.length;
      return values.slice(row * size, (row + 1) * size) as Values;
    };
    return (row) => ({
      answer: rowOf(answers, row),
      halted: Boolean(halted[row]),
      haltLogits: Object.fromEntries(haltLogits.map(([name, values]) => [name, values[row]!])),
      haltingState: Object.fromEntries(haltingState.map(([name, values]) => [name, rowOf(values, row)])),
    });
  } finally {
    disposeAll(outputs);
  }
}

/** The values of tensors, with their names. */
async function readNamed(tensors: NamedTensors): Promise<[string, tf.TypedArray][]> {
  const read: [string, tf.TypedArray][] = [];
  for (const [name, tensor] of Object.entries(tensors)) read.push([name, await tensor.data()]);
  return read;
}
