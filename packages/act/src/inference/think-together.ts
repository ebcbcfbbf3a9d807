import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, mapTensors, type CompiledFunction, type NamedTensors } from '@hrm/layers';
import { throwIfAborted } from '@hrm/layers/internal';
import type { Carry } from '../segment/carry';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { runSegment } from '../segment/segment';
import { carryOf, type PuzzleWithIdentifier } from './puzzle';
import { shrinkBatch, smallestBucket, type ThinningBatch } from './shrink-batch';
import type { Thought } from './solution';

/** What a segment gives of a batch that nobody new enters. */
type SolvingSegment = {
  carry: Carry;
  /** `[batch, seqLen]` */
  answers: tf.Tensor2D;
  /** `[batch]` each. */
  haltLogits: NamedTensors;
};

/** A segment without labels and losses, for a carry whose puzzles have been admitted. */
export type SolvingStep = CompiledFunction<[Carry], SolvingSegment>;

/** Makes the segment of a network. Pure, so it can be recorded. */
export function solvingStep(network: ReasoningNetwork): SolvingStep {
  return (carry) =>
    tf.tidy(() => {
      const segment = runSegment(network, carry, { haltEarly: true });
      return {
        // Copied, because what a segment passes on unchanged belongs to the carry before it.
        carry: mapTensors(segment.carry, (tensor) => tf.clone(tensor)),
        answers: tf.argMax(segment.logits, -1) as tf.Tensor2D,
        haltLogits: mapTensors(segment.haltLogits, (tensor) => tf.clone(tensor)),
      };
    });
}

/** How puzzles are thought about together. */
export interface ThinkingOptions {
  /** Whether puzzles leave when the controller halts them. */
  until: 'end' | 'halted';
  /** Segments after which everyone leaves. */
  segments: number;
  /** Sizes that the batch may have. */
  bucketSizes: readonly number[];
  signal: AbortSignal | undefined;
  /** Called after each segment: puzzles that go on, and rows just computed. */
  onSegment?: ((progress: { segment: number; thinking: number; rows: number }) => void) | undefined;
}

/** A thought about one puzzle of a batch, by its place in it. */
export interface PlacedThought {
  place: number;
  thought: Thought;
}

/**
 * Thinks about a batch of puzzles, which shrinks as they halt.
 *
 * @param puzzles at least one, checked.
 * @returns after each segment, what was thought about the puzzles that took part.
 */
export async function* thinkTogether(
  network: ReasoningNetwork,
  step: SolvingStep,
  puzzles: readonly Required<PuzzleWithIdentifier>[],
  { until, segments, bucketSizes, signal, onSegment }: ThinkingOptions,
): AsyncGenerator<PlacedThought[], void, undefined> {
  const rows = smallestBucket(puzzles.length, bucketSizes);
  const samples = Array.from({ length: rows }, (_, row) => (row < puzzles.length ? row : undefined));
  let batch: ThinningBatch = { carry: carryOf(network, puzzles, rows), samples };
  try {
    for (let segment = 1; segment <= segments; segment++) {
      await throwIfAborted('Solver', signal);
      const { carry, ...said } = step(batch.carry);
      disposeAll(batch.carry);
      batch = { ...batch, carry };
      const thoughts = await readThoughts(segment, batch, said);
      const isDone = ({ halted }: Thought) => segment === segments || (until === 'halted' && halted);
      const left = new Set(thoughts.filter(({ thought }) => isDone(thought)).map(({ place }) => place));
      const thinking = thoughts.length - left.size;
      onSegment?.({ segment, thinking, rows: batch.samples.length });
      yield thoughts;
      if (thinking === 0) return;
      const stay = batch.samples.map((sample) => (sample !== undefined && left.has(sample) ? undefined : sample));
      batch = shrinkBatch({ carry, samples: stay }, bucketSizes);
    }
  } finally {
    disposeAll(batch.carry);
  }
}

/** Reads what a segment says of the puzzles in a batch, and frees it. */
async function readThoughts(
  segment: number,
  { carry, samples }: ThinningBatch,
  said: Omit<SolvingSegment, 'carry'>,
): Promise<PlacedThought[]> {
  try {
    const answers = (await said.answers.data()) as Int32Array;
    const halted = await carry.halted.data();
    const haltLogits = await readNamed(said.haltLogits);
    const haltingState = await readNamed(carry.halting);
    const rowOf = <Values extends tf.TypedArray>(values: Values, row: number) => {
      const size = values.length / samples.length;
      return values.slice(row * size, (row + 1) * size) as Values;
    };
    return samples.flatMap((place, row) => {
      if (place === undefined) return [];
      const thought: Thought = {
        segment,
        answer: rowOf(answers, row),
        halted: Boolean(halted[row]),
        haltLogits: Object.fromEntries(haltLogits.map(([name, values]) => [name, values[row]!])),
        haltingState: Object.fromEntries(haltingState.map(([name, values]) => [name, rowOf(values, row)])),
      };
      return [{ place, thought }];
    });
  } finally {
    disposeAll(said);
  }
}

/** The values of tensors, with their names. */
async function readNamed(tensors: NamedTensors): Promise<[string, tf.TypedArray][]> {
  const read: [string, tf.TypedArray][] = [];
  for (const [name, tensor] of Object.entries(tensors)) read.push([name, await tensor.data()]);
  return read;
}
