import type * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';
import { expectFactory } from '../checks/expect-part';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import type { Layer } from '../layer';
import type { PositionRotation } from '../positions/position-rotation';
import type { RandomStream } from '../random/random-stream';

/** One layer of a reasoning module: hidden states in, hidden states of the same shape out. */
export interface Block extends Layer {
  /** @param hidden `[batch, seq, hidden]`; @returns the same shape. */
  apply(hidden: tf.Tensor3D): tf.Tensor3D;
  /**
   * As the first block of a reasoning module, takes the latent and what is injected into it apart. Default: `apply` of
   * their sum.
   */
  inject?(latent: tf.Tensor3D, injection: tf.Tensor3D): tf.Tensor3D;
}

/** What a model passes to a {@link BlockFactory}. */
export interface BlockContext {
  hiddenSize: number;
  /** Number of positions, including the puzzle-embedding prefix. */
  seqLen: number;
  /** Gives rotary tables for heads of this width, shared by all blocks. Default none: attention sees no positions. */
  rotary?: (headSize: number) => PositionRotation | undefined;
  random: RandomStream;
  /** Whether the block is the last of its module; a last pre-norm block normalises its output. Default true. */
  isLast?: boolean;
}

/** Throws unless a block's context is complete. */
export function expectBlockContext(owner: string, context: BlockContext): void {
  const given: unknown = context;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`${owner}: got ${describeValue(given)}, expected an object with hiddenSize, seqLen and random`);
  }
  const { hiddenSize, seqLen, rotary, random } = context;
  expectSizes(owner, { hiddenSize, seqLen });
  if (rotary !== undefined) expectFactory(`${owner}: rotary`, rotary, '(headSize) => new RotaryEmbedding({ ... })');
  expectRandom(owner, random);
}

/**
 * Makes a new block with its own parameters: `attentionBlock({ heads: 4 })`, `mixerBlock()`, or a function of yours.
 */
export type BlockFactory = (context: BlockContext) => Block;
