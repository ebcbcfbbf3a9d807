import * as tf from '@tensorflow/tfjs-core';
import { asItIs, mapTensors, type Compile } from '@hrm/layers';
import { admitPuzzles, initialCarry, runSegment, type Carry, type PuzzleBatch, type ReasoningNetwork } from '@hrm/act';

/** What the model has after one segment. */
export interface Thought {
  /** Counted from 1. */
  segment: number;
  /** The likeliest token at each position, `[seqLen]`. */
  answer: Int32Array;
  /** The halting controller's logits, such as `halt` and `continue`. */
  haltLogits: { [name: string]: number };
  /** Whether the controller would stop here. */
  halted: boolean;
}

/** How a puzzle is solved. */
export interface SolveOptions {
  /**
   * `'halted'` stops when the controller does; `'end'` runs all segments, as the official evaluation does.
   * Default `'end'`.
   */
  until?: 'halted' | 'end';
  /** Which puzzle's embedding to use. Default 0, the blank one. */
  puzzleIdentifier?: number;
  /** Such as `compile` of `@hrm/runtime`: pays for many puzzles, not for one. Default: run as it is. */
  compile?: Compile;
}

const disposeAll = (container: unknown) => void mapTensors(container, (tensor) => (tensor.dispose(), tensor));

/**
 * Solves one puzzle, and hands out what the model has after each segment.
 *
 * @param network the model.
 * @param inputs the puzzle's tokens, `[seqLen]`.
 *
 * @example
 * ```ts
 * import { hrm, thinkAloud } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * for await (const { segment, answer } of thinkAloud(model, [1, 2, 3], { until: 'halted' })) console.log(segment, answer);
 * ```
 */
export async function* thinkAloud(
  network: ReasoningNetwork,
  inputs: ArrayLike<number>,
  { until = 'end', puzzleIdentifier = 0, compile = asItIs }: SolveOptions = {},
): AsyncGenerator<Thought> {
  const { seqLen, halting } = network;
  if (inputs.length !== seqLen) {
    throw new RangeError(`The puzzle has ${inputs.length} tokens, this model is made for ${seqLen}`);
  }
  const oneSegment = (carry: Carry, offered: PuzzleBatch) =>
    tf.tidy(() => {
      const segment = runSegment(network, admitPuzzles(network, carry, offered), { haltEarly: true });
      return { carry: segment.carry, answer: tf.argMax(segment.logits, -1), haltLogits: segment.haltLogits };
    });
  const step = network.recordable === false ? asItIs(oneSegment) : compile(oneSegment);
  const offered = tf.tidy((): PuzzleBatch => ({
    inputs: tf.tensor2d(Int32Array.from(inputs), [1, seqLen], 'int32'),
    labels: tf.zeros<tf.Rank.R2>([1, seqLen], 'int32'),
    puzzleIdentifiers: tf.tensor1d(Int32Array.of(puzzleIdentifier), 'int32'),
  }));
  let carry = initialCarry(network, 1);
  try {
    for (let segment = 1; segment <= halting.maxSegments; segment++) {
      const result = step(carry, offered);
      disposeAll(carry);
      carry = result.carry;
      const answer = Int32Array.from(await result.answer.data());
      const halted = (await carry.halted.data())[0] !== 0;
      const haltLogits: Thought['haltLogits'] = {};
      for (const [name, logit] of Object.entries(result.haltLogits)) haltLogits[name] = (await logit.data())[0]!;
      disposeAll([result.answer, result.haltLogits]);
      yield { segment, answer, haltLogits, halted };
      if (halted && until === 'halted') return;
      // Whoever halts would be replaced by a new puzzle at the next segment.
      carry.halted.dispose();
      carry.halted = tf.zeros([1], 'bool');
    }
  } finally {
    disposeAll([carry, offered]);
    step.dispose?.();
  }
}

/** A puzzle's answer, and how the model came to it. */
export interface Solution {
  /** The likeliest token at each position after the last segment, `[seqLen]`. */
  answer: Int32Array;
  /** Segments that were run. */
  segments: number;
  thoughts: Thought[];
}

/**
 * Solves one puzzle.
 *
 * @example
 * ```ts
 * import { hrm, solvePuzzle } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const { answer, segments } = await solvePuzzle(model, [1, 2, 3]);
 * console.log(answer, segments);
 * ```
 */
export async function solvePuzzle(
  network: ReasoningNetwork,
  inputs: ArrayLike<number>,
  options: SolveOptions = {},
): Promise<Solution> {
  const thoughts: Thought[] = [];
  for await (const thought of thinkAloud(network, inputs, options)) thoughts.push(thought);
  return { answer: thoughts.at(-1)!.answer, segments: thoughts.length, thoughts };
}
