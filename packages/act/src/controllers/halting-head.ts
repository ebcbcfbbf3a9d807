import * as tf from '@tensorflow/tfjs-core';
import { Linear, type NamedTensors } from '@hrm/layers';
import { expectChoice } from '@hrm/layers/internal';
import type { HaltingContext } from './halting-controller';

/**
 * A halting head: a linear layer from one vector of zH to logits. Its weight starts at 0, so at first its outputs are
 * the bias for every puzzle.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `q_head`.
 */
export function haltingHead(
  { hiddenSize, random }: HaltingContext,
  { outputs, bias: initialBias }: { outputs: number; bias: number },
): Linear {
  const head = new Linear({ inputSize: hiddenSize, outputSize: outputs, bias: true, kind: 'head', random });
  const { weight, bias } = head.parameters;
  tf.tidy(() => {
    weight.assign(tf.zerosLike(weight));
    bias!.assign(tf.fill([outputs], initialBias));
  });
  return head;
}

/** What a halting head reads of zH: its first position, as in the official code, or the mean of all positions. */
export type HaltingHeadInput = 'first' | 'mean';

/** Throws unless a halting head can read this. */
export function expectHaltingHeadInput(owner: string, reads: HaltingHeadInput): void {
  expectChoice(owner, { reads }, ['first', 'mean']);
}

/** What the head reads of zH. @param zH `[batch, seq, hidden]`; @returns `[batch, hidden]` */
export function haltingHeadInput(zH: tf.Tensor3D, reads: HaltingHeadInput): tf.Tensor2D {
  const [batch, , hidden] = zH.shape;
  return reads === 'mean' ? tf.mean(zH, 1) : tf.reshape(tf.slice(zH, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
}

/** The two outputs of an official head for what it read, `halt` and `continue`, `[batch]` each. */
export function haltingLogitsOf(head: Linear, input: tf.Tensor2D): NamedTensors {
  const [halt, goOn] = tf.split(head.apply(input), 2, -1) as [tf.Tensor, tf.Tensor];
  return { halt: tf.reshape(halt, [input.shape[0]]), continue: tf.reshape(goOn, [input.shape[0]]) };
}

/** The two outputs of an official head. @param zH `[batch, seq, hidden]`; @returns as {@link haltingLogitsOf}. */
export const readHaltingHead = (head: Linear, zH: tf.Tensor3D, reads: HaltingHeadInput): NamedTensors =>
  tf.tidy(() => haltingLogitsOf(head, haltingHeadInput(zH, reads)));

/** The output of a head that has one, from the first position. @param zH `[batch, seq, hidden]`; @returns `[batch]` */
export const readProbabilityHead = (head: Linear, zH: tf.Tensor3D): tf.Tensor1D =>
  tf.tidy(() => tf.reshape(head.apply(haltingHeadInput(zH, 'first')), [zH.shape[0]]));
