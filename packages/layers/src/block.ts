import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer';
import type { RandomStream } from './random-stream';
import type { RotaryEmbedding } from './rotary-embedding';

/** One layer of a reasoning module: hidden states in, hidden states of the same shape out. */
export interface Block extends Layer {
  /** @param hidden `[batch, seq, hidden]`; @returns the same shape. */
  apply(hidden: tf.Tensor3D): tf.Tensor3D;
}

/** What a model knows when it asks for a block. */
export interface BlockContext {
  hiddenSize: number;
  /** Number of positions, the puzzle-embedding prefix counted in. */
  seqLen: number;
  /** Rotary tables for heads of this width, shared by all blocks; undefined when the model uses none. */
  rotary: (headSize: number) => RotaryEmbedding | undefined;
  random: RandomStream;
}

/** Makes a fresh block with parameters of its own: `attentionBlock({ heads: 4 })`, `mixerBlock()`, or your own. */
export type BlockFactory = (context: BlockContext) => Block;
