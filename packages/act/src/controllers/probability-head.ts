import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '@hrm/layers';
import type { HaltingContext } from './halting-controller';

/**
 * A linear head with one output, the logit of the halting probability. Its weight starts at 0, so at first every puzzle
 * halts with probability `sigmoid(bias)`.
 */
export function probabilityHead({ hiddenSize, random }: HaltingContext, bias: number): Linear {
  const head = new Linear({ inputSize: hiddenSize, outputSize: 1, bias: true, kind: 'head', random });
  tf.tidy(() => {
    head.parameters.weight.assign(tf.zerosLike(head.parameters.weight));
    head.parameters.bias!.assign(tf.fill([1], bias));
  });
  return head;
}

/**
 * The halting logit, `[batch]`, from position 0 of zH, as in the official controllers.
 *
 * @param zH `[batch, seq, hidden]`
 */
export function readProbabilityHead(head: Linear, zH: tf.Tensor3D): tf.Tensor1D {
  const [batch, , hidden] = zH.shape;
  return tf.tidy(() => {
    const first = tf.reshape(tf.slice(zH, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
    return tf.reshape(head.apply(first), [batch]);
  });
}
