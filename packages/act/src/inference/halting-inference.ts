import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, mapTensors } from '@hrm/layers';
import type { NamedTensors } from '../controllers/halting-controller';
import { admitPuzzles, initialCarry, type Carry } from '../segment/carry';
import { expectPuzzles, type PuzzleQuestions } from '../segment/expect-puzzles';
import { IGNORED_LABEL, puzzleTensors } from '../segment/puzzle-tensors';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { runSegment } from '../segment/segment';
import { LeavingSamples, type InferenceResult } from './inference-result';
import { halvedSizes, shrinkBatch, type ThinningBatch } from './shrink-batch';

/** How {@link HaltingInference} runs. */
export interface HaltingInferenceOptions {
  /**
   * Whether samples leave when their controller halts them. Otherwise all run to its last segment, as the official code
   * does: the figures to compare with. Default true.
   */
  haltEarly?: boolean;
  /**
   * Sizes that the batch may shrink to, in any order; few, so that a compiled step is recorded seldom. `[]` never
   * shrinks it. Default: half the batch, a quarter, and so on down to 1.
   */
  bucketSizes?: readonly number[];
  /**
   * Turns a function of tensors into a faster one, such as `compile` of `@hrm/runtime`. Not used for a network that
   * cannot be recorded. Default: as it is.
   */
  compile?: <Input extends unknown[], Output>(
    f: (...input: Input) => Output,
  ) => ((...input: Input) => Output) & { dispose?: () => void };
  /** Called after each segment, for progress: samples still thinking, and rows of the batch just computed. */
  onSegment?: (progress: { segment: number; thinking: number; rows: number }) => void;
}

type InferenceSegment = { carry: Carry; answers: tf.Tensor2D; haltLogits: NamedTensors };

/**
 * Answers puzzles, each with as many segments as its controller asks for: a sample leaves the batch when it halts, and
 * the batch shrinks to the smallest bucket that holds the others. The answer is the one at the sample's last segment.
 * (The official code runs every puzzle to the last segment instead.) Reads values between segments.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear, RandomStream, TokenEmbedding } from '@hrm/layers';
 * import { HaltingInference, residualHalting, type ReasoningNetwork } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * // A stand-in for a model of @hrm/models: each segment moves zH half the way to the embedded puzzle.
 * const [hiddenSize, seqLen, random] = [8, 3, new RandomStream(0)];
 * const tokens = new TokenEmbedding({ vocabSize: 4, hiddenSize, random });
 * const head = new Linear({ inputSize: hiddenSize, outputSize: 4, random });
 * const halting = residualHalting({ tolerance: 0.1, maxSegments: 8 })({ hiddenSize, random });
 * const network: ReasoningNetwork = {
 *   hiddenSize, seqLen, prefixLen: 0, halting, parameters: { tokens, head, halting },
 *   initialLatents: () => ({ zH: tf.scalar(0), zL: tf.scalar(0) }),
 *   puzzleRows: () => undefined,
 *   embed: ({ inputs }) => tokens.apply(inputs),
 *   refine: ({ zH, zL }, x) => ({ latents: { zH: tf.div(tf.add(zH, x), 2), zL } }),
 *   readOut: (zH) => head.apply(zH),
 * };
 *
 * const inference = new HaltingInference(network);
 * const { answers, steps } = await inference.infer({
 *   inputs: Int32Array.of(1, 2, 3, 3, 2, 1), puzzleIdentifiers: Int32Array.of(0, 0), batchSize: 2, seqLen,
 * });
 * console.log(answers, steps); // 4 segments each: after the fourth, zH changed by 1/15 of its length
 * inference.dispose();
 * ```
 */
export class HaltingInference {
  readonly #network: ReasoningNetwork;
  readonly #options: HaltingInferenceOptions;
  readonly #step: ((carry: Carry) => InferenceSegment) & { dispose?: () => void };

  /** @throws RangeError for bucket sizes below 1. */
  constructor(network: ReasoningNetwork, options: HaltingInferenceOptions = {}) {
    for (const size of options.bucketSizes ?? []) {
      if (!Number.isInteger(size) || size < 1) {
        throw new RangeError(`HaltingInference: a bucket size is ${size}, expected whole numbers of at least 1`);
      }
    }
    this.#network = network;
    this.#options = options;
    const { haltEarly = true } = options;
    const step = (carry: Carry): InferenceSegment =>
      tf.tidy(() => {
        const segment = runSegment(network, carry, { haltEarly });
        return {
          // Copied, because what a segment passes on unchanged belongs to the carry before it.
          carry: mapTensors(segment.carry, (tensor) => tf.clone(tensor)),
          answers: tf.argMax(segment.logits, -1) as tf.Tensor2D,
          haltLogits: mapTensors(segment.haltLogits, (tensor) => tf.clone(tensor)),
        };
      });
    this.#step = options.compile && network.recordable !== false ? options.compile(step) : step;
  }

  /**
   * Answers one batch of puzzles; several may be under way at once. Labels, if there are any, are not looked at.
   *
   * @throws RangeError for an empty batch, puzzles of another length, and tokens or puzzle identifiers that the network
   *   does not have.
   */
  async infer(puzzles: PuzzleQuestions): Promise<InferenceResult> {
    const { batchSize, seqLen } = puzzles;
    const { labels: _, ...questions } = puzzles;
    expectPuzzles('HaltingInference', this.#network, questions);
    const { bucketSizes = halvedSizes(batchSize), onSegment } = this.#options;
    const { maxSegments } = this.#network.halting;
    const left = new LeavingSamples(batchSize, seqLen);
    let batch: ThinningBatch = { carry: this.#start(puzzles), samples: Array.from({ length: batchSize }, (_, i) => i) };
    let rowsComputed = 0;
    let thinking = batchSize;
    try {
      for (let segment = 1; thinking > 0; segment++) {
        const { carry, answers, haltLogits } = this.#step(batch.carry);
        disposeAll(batch.carry);
        const { samples } = batch;
        batch = { carry, samples };
        try {
          const halted = await carry.halted.data();
          const leaves = (row: number) => segment >= maxSegments || Boolean(halted[row]);
          const leaving = samples.map((sample, row) => (leaves(row) ? sample : undefined));
          if (leaving.some((sample) => sample !== undefined)) {
            await left.note(segment, leaving, { answers, haltLogits, haltingState: carry.halting });
          }
          batch = { carry, samples: samples.map((sample, row) => (leaves(row) ? undefined : sample)) };
        } finally {
          disposeAll([answers, haltLogits]);
        }
        rowsComputed += samples.length;
        thinking = batch.samples.filter((sample) => sample !== undefined).length;
        onSegment?.({ segment, thinking, rows: samples.length });
        batch = shrinkBatch(batch, bucketSizes);
      }
    } finally {
      disposeAll(batch.carry);
    }
    return left.result(maxSegments, rowsComputed);
  }

  #start({ inputs, puzzleIdentifiers, batchSize, seqLen }: PuzzleQuestions): Carry {
    const labels = new Int32Array(inputs.length).fill(IGNORED_LABEL);
    return tf.tidy(() =>
      admitPuzzles(
        this.#network,
        initialCarry(this.#network, batchSize),
        puzzleTensors({ inputs, labels, puzzleIdentifiers, batchSize, seqLen }),
      ),
    );
  }

  /** Frees a compiled step. The network keeps its parameters. */
  dispose(): void {
    this.#step.dispose?.();
  }
}

/**
 * Answers one batch of puzzles with {@link HaltingInference}, see there for what it does and an example. For several
 * batches with `compile`, make a `HaltingInference` once, so that the step is recorded once.
 *
 * @param network the model.
 * @param puzzles one batch.
 * @returns answers, segments used and halting values of each sample.
 * @throws RangeError for an empty batch or bucket sizes below 1.
 */
export async function inferWithHalting(
  network: ReasoningNetwork,
  puzzles: PuzzleQuestions,
  options: HaltingInferenceOptions = {},
): Promise<InferenceResult> {
  const inference = new HaltingInference(network, options);
  try {
    return await inference.infer(puzzles);
  } finally {
    inference.dispose();
  }
}
