import type * as tf from '@tensorflow/tfjs-core';
import type { Layer, RandomStream, NamedTensors } from '@hrm/layers';
import type { Latents, Refinement, HostDraws } from '@hrm/recursion';
import type { HaltingController } from '../controllers/halting-controller';
import type { PuzzleTensors } from './puzzle-tensors';

/** The model that segments run: one of `@hrm/models`, or any object with this interface. */
export interface ReasoningNetwork extends Layer {
  readonly hiddenSize: number;
  /** Tokens of a puzzle. */
  readonly seqLen: number;
  /** Positions of the puzzle embedding in front of the tokens; 0 without one. */
  readonly prefixLen: number;
  /** Positions of the latents. Default: `prefixLen + seqLen`. */
  readonly latentPositions?: number | undefined;
  /** Size of the vocabulary: inputs and labels are whole numbers below this. Default: unknown, and not checked. */
  readonly vocabSize?: number | undefined;
  /** Whether tokens that can be no answer have very low logits, such as -1e9. Default false. */
  readonly hasImpossibleTokens?: boolean;
  readonly halting: HaltingController;
  /**
   * The table of the puzzle embedding, `[puzzles, size]`. It is one of the parameters, under any name, and not
   * trainable: a separate optimizer updates the rows that a batch used. Required if {@link ReasoningNetwork.puzzleRows}
   * returns rows.
   */
  readonly puzzleTable?: tf.Variable<tf.Rank.R2> | undefined;
  /** The latents at the start of a puzzle, `[hidden]` or another shape that broadcasts to the latents. */
  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor };
  /**
   * The rows of {@link ReasoningNetwork.puzzleTable} that a batch uses, `[batch, size]`; undefined without a table.
   * Training differentiates with respect to these rows.
   */
  puzzleRows(puzzle: PuzzleTensors): tf.Tensor2D | undefined;
  /** The embedded puzzle, of the latents' shape, `[batch, prefixLen + seqLen, hidden]` by default. */
  embed(puzzle: PuzzleTensors, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D;
  /**
   * Refines the latents for one segment.
   *
   * @param draws random numbers of {@link ReasoningNetwork.drawForRefinement}; only in training.
   */
  refine(latents: Latents, x: tf.Tensor3D, draws?: NamedTensors): Refinement;
  /** Draws the random numbers of `refine` for one training segment. Default none. */
  drawForRefinement?(random: RandomStream, batchSize: number): HostDraws;
  /**
   * Whether a step can be recorded and replayed as one graph. False if `refine` reads tensor values. Default true.
   */
  readonly recordable?: boolean;
  /**
   * The network at a share of training, from 0 to 1, if it changes during training. Returns the same object until it
   * changes, and always the same parameters. Default: the network does not change.
   */
  atProgress?(progress: number): ReasoningNetwork;
  /** Token logits from zH, `[batch, seqLen, vocab]`. */
  readOut(zH: tf.Tensor3D): tf.Tensor3D;
}
