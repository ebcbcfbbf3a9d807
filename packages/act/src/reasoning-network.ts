import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '@hrm/layers';
import type { Latents, Refinement } from '@hrm/recursion';
import type { HaltingController } from './halting-controller';
import type { PuzzleBatch } from './puzzle-batch';

/**
 * What a segment needs of a model. `@hrm/models` has ready ones; any object of this shape is as good.
 */
export interface ReasoningNetwork extends Layer {
  readonly hiddenSize: number;
  /** Tokens of a puzzle. */
  readonly seqLen: number;
  /** Positions of the puzzle embedding in front of the tokens; 0 without one. */
  readonly prefixLen: number;
  readonly halting: HaltingController;
  /** The vectors that each puzzle's latents start from, `[hidden]` or any shape that broadcasts to the latents. */
  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor };
  /**
   * The rows of the puzzle embedding that a batch uses, `[batch, size]`, or undefined without one. Training
   * differentiates by these rows.
   */
  puzzleRows(puzzle: PuzzleBatch): tf.Tensor2D | undefined;
  /** The embedded puzzle, `[batch, prefixLen + seqLen, hidden]`. */
  embed(puzzle: PuzzleBatch, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D;
  /** The refinements of one segment. */
  refine(latents: Latents, x: tf.Tensor3D): Refinement;
  /** Token logits from zH, `[batch, seqLen, vocab]`. */
  readOut(zH: tf.Tensor3D): tf.Tensor3D;
}
