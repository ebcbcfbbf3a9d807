import type { HostDraws } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import { Linear, type RandomStream, type NamedTensors } from '@hrm/layers';
import type { HaltingContext } from './halting-controller';

/**
 * The head of the official controllers: halt and continue logits, read at position 0 of zH. Its weight starts at zero
 * and its bias at -5: nobody is thought right at first, and the two values start equal.
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

/** The head's outputs. @param zH `[batch, seq, hidden]`; @returns `halt` and `continue`, `[batch]` each. */
export function readHaltingHead(head: Linear, zH: tf.Tensor3D): NamedTensors {
  const [batch, , hidden] = zH.shape;
  return tf.tidy(() => {
    const first = tf.reshape(tf.slice(zH, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
    const [halt, goOn] = tf.split(head.apply(first), 2, -1) as [tf.Tensor, tf.Tensor];
    return { halt: tf.reshape(halt, [batch]), continue: tf.reshape(goOn, [batch]) };
  });
}

/**
 * Random numbers by which some slots must go on: a uniform one that says who explores, and for how many segments at
 * least. None where there is only one segment.
 */
export function drawExploration(random: RandomStream, batchSize: number, maxSegments: number): HostDraws {
  if (maxSegments === 1) return {};
  return {
    exploreUniform: Float32Array.from({ length: batchSize }, () => random.uniform()),
    exploreMinSteps: Int32Array.from({ length: batchSize }, () => random.integer(2, maxSegments + 1)),
  };
}

/** Takes back the halting of those who explore and have not had enough segments yet. */
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

/** 1 in the slots whose halt logit judges rightly: at least 0 where the answer is right. `[batch]` */
export function rightJudgements(halt: tf.Tensor, correct: tf.Tensor1D): tf.Tensor1D {
  const saysRight = tf.cast(tf.greaterEqual(halt, 0), 'float32');
  return tf.sub(1, tf.abs(tf.sub(saysRight, correct)));
}
