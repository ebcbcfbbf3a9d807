import type { HostDraws } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import { Linear, type RandomStream, type NamedTensors } from '@hrm/layers';
import { expectChoice } from '@hrm/layers/internal';
import type { HaltingContext } from './halting-controller';

/**
 * The head of the official controllers: a linear layer from one vector of zH to the halt and continue logits. Its
 * weight starts at 0 and its bias at -5: at first both logits are equal, and no answer is predicted to be right.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `q_head`.
 */
export function haltingHead({ hiddenSize, random }: HaltingContext): Linear {
  const head = new Linear({ inputSize: hiddenSize, outputSize: 2, bias: true, kind: 'head', random });
  const { weight, bias } = head.parameters;
  tf.tidy(() => {
    weight.assign(tf.zerosLike(weight));
    bias!.assign(tf.fill([2], -5));
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

/** The head's outputs for what it read, `halt` and `continue`, `[batch]` each. */
export function haltingLogitsOf(head: Linear, input: tf.Tensor2D): NamedTensors {
  const [halt, goOn] = tf.split(head.apply(input), 2, -1) as [tf.Tensor, tf.Tensor];
  return { halt: tf.reshape(halt, [input.shape[0]]), continue: tf.reshape(goOn, [input.shape[0]]) };
}

/** The head's outputs. @param zH `[batch, seq, hidden]`; @returns `halt` and `continue`, `[batch]` each. */
export const readHaltingHead = (head: Linear, zH: tf.Tensor3D, reads: HaltingHeadInput = 'first'): NamedTensors =>
  tf.tidy(() => haltingLogitsOf(head, haltingHeadInput(zH, reads)));

/**
 * Draws the random numbers of exploration, for each slot: a uniform number that decides whether it explores, and a
 * minimum number of segments. Empty for `maxSegments` of 1.
 */
export function drawExploration(random: RandomStream, batchSize: number, maxSegments: number): HostDraws {
  if (maxSegments === 1) return {};
  return {
    exploreUniform: Float32Array.from({ length: batchSize }, () => random.uniform()),
    exploreMinSteps: Int32Array.from({ length: batchSize }, () => random.integer(2, maxSegments + 1)),
  };
}

/** Keeps slots that explore running until their minimum number of segments. */
export function delayHaltingWhileExploring(
  halted: tf.Tensor1D,
  steps: tf.Tensor1D,
  draws: NamedTensors | undefined,
  exploration: number,
): tf.Tensor1D {
  const { exploreUniform, exploreMinSteps } = draws ?? {};
  if (!exploreUniform || !exploreMinSteps) return halted;
  const explores = tf.cast(tf.less(exploreUniform, exploration), 'int32');
  return tf.logicalAnd(halted, tf.greaterEqual(steps, tf.mul(explores, exploreMinSteps)));
}

/** 1 in slots whose halt logit is correct: at least 0 if the answer is right, below 0 if it is wrong. `[batch]` */
export function haltPredictionIsRight(halt: tf.Tensor, correct: tf.Tensor1D): tf.Tensor1D {
  const predictsRight = tf.cast(tf.greaterEqual(halt, 0), 'float32');
  return tf.sub(1, tf.abs(tf.sub(predictsRight, correct)));
}
