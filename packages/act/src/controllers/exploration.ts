import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors, RandomStream } from '@hrm/layers';
import type { HostDraws } from '@hrm/recursion';

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
