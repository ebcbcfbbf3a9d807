import * as tf from '@tensorflow/tfjs-core';
import { IGNORED_LABEL } from '@hrm/data';
import { disposeAll, mapTensors } from '@hrm/layers';
import { throwIfAborted } from '@hrm/layers/internal';
import type { Latents } from '@hrm/recursion';
import { shrinkBatch, smallestBucket } from '../inference/shrink-batch';
import { readResults, type SolvingSegment, type SolvingStep } from '../inference/solve-batch';
import { admitPuzzles, initialCarry, type Carry } from '../segment/carry';
import { puzzleTensors } from '../segment/puzzle-tensors';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { addLatentNoise, type LatentNoise } from './latent-noise';
import type { Line, LineResult } from './line';

/** Options of {@link runLines}. */
export interface RunLinesOptions {
  /** Gives a line for a free slot. Undefined: there is none, now and later. */
  take(): Line | undefined;
  /** The most lines that are computed side by side. */
  slots: number;
  /** Sizes that the batch may shrink to when there are no more lines. */
  bucketSizes: readonly number[];
  signal: AbortSignal | undefined;
  /** Called after each segment. `active`: lines just computed; `rows`: rows of the batch just computed. */
  onSegment?: ((progress: { active: number; rows: number }) => void) | undefined;
}

/** A slot of the batch, and what it computes next. Without a line it computes some question, as padding. */
interface Slot {
  line: Line | undefined;
  inputs: ArrayLike<number>;
  /** Whether the line starts, or starts anew. */
  isStart: boolean;
}

const slotOf = (line: Line): Slot => ({ line, inputs: line.puzzle.inputs, isStart: true });

/** Puts the questions into the carry, and the initial latents into slots that start. Adds the noise of each slot. */
function prepareCarry(
  network: ReasoningNetwork,
  carry: Carry,
  slots: readonly Slot[],
  noises: readonly (LatentNoise | undefined)[],
): Carry {
  const [batchSize, { seqLen }] = [slots.length, network];
  const inputs = new Int32Array(batchSize * seqLen);
  slots.forEach((slot, row) => inputs.set(slot.inputs, row * seqLen));
  const labels = new Int32Array(batchSize * seqLen).fill(IGNORED_LABEL);
  const puzzleIdentifiers = Int32Array.from(slots, ({ line }) => line?.puzzle.puzzleIdentifier ?? 0);
  const starts = slots.map(({ isStart }) => isStart);
  const fromZeros = slots.map(({ line, isStart }) => isStart && line?.startsFrom === 'zeros');
  return tf.tidy(() => {
    const puzzle = puzzleTensors({ inputs, labels, puzzleIdentifiers, batchSize, seqLen });
    const { latents, ...admitted } = admitPuzzles(network, { ...carry, halted: tf.tensor1d(starts, 'bool') }, puzzle);
    const keep = tf.tensor3d(
      fromZeros.map((isZero) => Number(!isZero)),
      [batchSize, 1, 1],
    );
    const start: Latents = fromZeros.includes(true)
      ? { zH: tf.mul(latents.zH, keep), zL: tf.mul(latents.zL, keep) }
      : latents;
    // `puzzle`, because a line that goes on may have another question.
    const prepared: Carry = { ...admitted, latents: { ...addLatentNoise(start, noises) }, puzzle };
    return mapTensors(prepared, (tensor) => tf.clone(tensor));
  });
}

/** Reads what the lines see of a segment, and disposes its outputs, but not the carry. */
async function readLines(
  carry: Carry,
  { logits, ...outputs }: Omit<SolvingSegment, 'carry'>,
  readsLogits: boolean,
): Promise<(row: number) => LineResult> {
  try {
    const resultOf = await readResults(carry, outputs);
    const values = readsLogits && logits ? ((await logits.data()) as Float32Array) : undefined;
    const size = logits ? logits.size / logits.shape[0] : 0;
    return (row) => ({ ...resultOf(row), logits: values?.slice(row * size, (row + 1) * size) });
  } finally {
    disposeAll([outputs, logits]);
  }
}

/**
 * Computes lines of thought side by side, one in each slot of a batch. A slot whose line has ended takes the next one.
 * When there are no more, the batch shrinks.
 *
 * @param step a solving step with logits.
 * @returns after each segment, when the lines have seen their results.
 */
export async function* runLines(
  network: ReasoningNetwork,
  step: SolvingStep,
  { take, slots: most, bucketSizes, signal, onSegment }: RunLinesOptions,
): AsyncGenerator<void, void, undefined> {
  let slots: Slot[] = [];
  for (let line = take(); line; line = slots.length < most ? take() : undefined) slots.push(slotOf(line));
  if (slots.length === 0) return;
  const rows = smallestBucket(slots.length, [most, ...bucketSizes]);
  slots = Array.from({ length: rows }, (_, row) => slots[row] ?? { ...slots[0]!, line: undefined });
  let carry = initialCarry(network, rows);
  let isChanged = true;
  try {
    for (;;) {
      await throwIfAborted('thinker', signal);
      const noises = slots.map(({ line, isStart }) => line?.noise(isStart));
      if (isChanged || noises.some((noise) => noise !== undefined)) {
        const prepared = prepareCarry(network, carry, slots, noises);
        disposeAll(carry);
        carry = prepared;
      }
      const { carry: after, ...outputs } = step(carry);
      disposeAll(carry);
      carry = after;
      const readsLogits = slots.some(({ line }) => line?.readsLogits);
      const resultOf = await readLines(carry, outputs, readsLogits);
      onSegment?.({ active: slots.filter(({ line }) => line).length, rows: slots.length });

      isChanged = false;
      slots = slots.map(({ line, inputs }, row): Slot => {
        const step = line?.next(resultOf(row)) ?? 'go on';
        if (step === 'go on') return { line, inputs, isStart: false };
        if (step === 'end') return { line: undefined, inputs, isStart: false };
        isChanged = true;
        return { line, inputs: step.inputs, isStart: step.anew };
      });
      slots = slots.map((slot) => (slot.line?.isOver() ? { ...slot, line: undefined } : slot));
      yield;
      slots = slots.map((slot) => {
        const line = slot.line ? undefined : take();
        if (line) isChanged = true;
        return line ? slotOf(line) : slot;
      });
      if (slots.every(({ line }) => line === undefined)) return;
      const occupied = slots.map(({ line }, row) => (line ? row : undefined));
      const smaller = shrinkBatch({ carry, puzzles: occupied }, bucketSizes);
      carry = smaller.carry;
      if (smaller.puzzles.length < slots.length) {
        const before = slots;
        slots = smaller.puzzles.map((row) => (row === undefined ? { ...before[0]!, line: undefined } : before[row]!));
      }
    }
  } finally {
    disposeAll(carry);
  }
}
