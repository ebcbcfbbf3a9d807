import type * as tf from '@tensorflow/tfjs-core';
import type { Layer, RandomStream, NamedTensors } from '@hrm/layers';
import type { Latents, Refinement, HostDraws } from '@hrm/recursion';
import type { HaltingController } from '../controllers/halting-controller';
import type { PuzzleTensors } from './puzzle-tensors';

/**
 * What a segment needs of a model. `@hrm/models` has ready ones; any object of this shape is as good.
 */
export interface ReasoningNetwork extends Layer {
  readonly hiddenSize: number;
  /** Tokens of a puzzle. */
  readonly seqLen: number;
  /** Positions of the puzzle embedding in front of the tokens; 0 without one. */
  readonly prefixLen: number;
  /** How many tokens there are: inputs and labels are whole numbers below this. Default: not known, and not checked. */
  readonly vocabSize?: number | undefined;
  readonly halting: HaltingController;
  /**
   * The table of the puzzle embedding, `[puzzles, size]`: one of the parameters, under any name, and not trainable, as
   * an optimizer of its own changes the rows that a batch used. Needed where {@link ReasoningNetwork.puzzleRows} gives any.
   */
  readonly puzzleTable?: tf.Variable<tf.Rank.R2> | undefined;
  /** The vectors that each puzzle's latents start from, `[hidden]` or any shape that broadcasts to the latents. */
  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor };
  /**
   * The rows of {@link ReasoningNetwork.puzzleTable} that a batch uses, `[batch, size]`, or undefined without one.
   * Training differentiates by these rows.
   */
  puzzleRows(puzzle: PuzzleTensors): tf.Tensor2D | undefined;
  /** The embedded puzzle, `[batch, prefixLen + seqLen, hidden]`. */
  embed(puzzle: PuzzleTensors, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D;
  /**
   * The refinements of one segment.
   *
   * @param draws the random numbers that {@link ReasoningNetwork.drawForRefinement} drew; only training has any.
   */
  refine(latents: Latents, x: tf.Tensor3D, draws?: NamedTensors): Refinement;
  /** The random numbers that the refinements of one training segment need. Default none. */
  drawForRefinement?(random: RandomStream, batchSize: number): HostDraws;
  /**
   * Whether a step can be recorded and replayed as one graph; not where refinements read the values of tensors.
   * Default true.
   */
  readonly recordable?: boolean;
  /**
   * The network as it is when a share of training is over, from 0 to 1, for one that changes: the same object for as
   * long as it stays the same, with the same parameters. Default: it does not change.
   */
  atProgress?(progress: number): ReasoningNetwork;
  /** Token logits from zH, `[batch, seqLen, vocab]`. */
  readOut(zH: tf.Tensor3D): tf.Tensor3D;
}
