import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy, type HaltingFactory } from '@hrm/act';
import { Linear, withoutGradient } from '@hrm/layers';

/**
 * A halting controller: a puzzle halts when the model has been sure of its answer in two segments in a row, or after
 * `maxSegments`.
 *
 * Only `name`, `maxSegments`, `parameters` and `decide` are required. This one also has a head that learns whether the
 * answer is right, and remembers whether it was sure in the segment before.
 */
export const sureTwice =
  ({ maxSegments }: { maxSegments: number }): HaltingFactory =>
  ({ hiddenSize, random }) => {
    const head = new Linear({ inputSize: hiddenSize, outputSize: 1, bias: true, random });
    return {
      name: 'sure-twice',
      maxSegments,
      /** What is trained and saved. */
      parameters: { head },
      /** A number for each puzzle of the batch. A new puzzle begins with this state. */
      initialState: (batchSize) => ({ wasSure: tf.zeros([batchSize]) }),
      /** Above 0: the model is sure. `zH` is `[batch, cells, hiddenSize]`. */
      logits: (zH) => tf.tidy(() => ({ sure: tf.squeeze(head.apply(tf.mean(zH, 1) as tf.Tensor2D), [1]) })),
      decide: ({ logits, steps, state }) =>
        withoutGradient(() => {
          const isSure = tf.cast(tf.greater(logits.sure!, 0), 'float32');
          const twice = tf.greater(tf.mul(isSure, state.wasSure!), 0);
          const halted = tf.logicalOr(twice, tf.greaterEqual(steps, maxSegments)) as tf.Tensor1D;
          return { halted, state: { wasSure: isSure } };
        }),
      /** The head learns to be sure where the answer is correct. `doubtLoss` is shown with the other losses. */
      losses: ({ logits, tokenLoss, correct }) => {
        const doubtLoss = binaryCrossEntropy(logits.sure as tf.Tensor1D, correct);
        return {
          total: tf.add(tokenLoss, tf.mul(0.5, doubtLoss)),
          metrics: { doubtLoss: { values: doubtLoss, dividedBy: 'batch' } },
        };
      },
    };
  };
