import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, type ReasoningNetwork } from '@hrm/act';
import { RandomStream } from '@hrm/layers';

/** A network whose logits are a function of the question, `[seqLen * vocabSize]`; the latents do not matter. */
export function scriptedNetwork(
  { seqLen, vocabSize, segments = 4 }: { seqLen: number; vocabSize: number; segments?: number },
  script: (question: readonly number[]) => ArrayLike<number>,
): ReasoningNetwork {
  const start = { zH: tf.zeros([1]), zL: tf.zeros([1]) };
  return {
    parameters: {},
    hiddenSize: 1,
    seqLen,
    vocabSize,
    prefixLen: 0,
    recordable: false,
    halting: fixedSteps({ segments })({ hiddenSize: 1, random: new RandomStream(0) }),
    initialLatents: () => start,
    puzzleRows: () => undefined,
    embed: ({ inputs }) => tf.tidy(() => tf.expandDims(tf.cast(inputs, 'float32'), -1)),
    refine: (_, x) => ({ latents: { zH: tf.clone(x), zL: tf.clone(x) } }),
    readOut: (zH) => {
      const questions = (tf.squeeze(zH, [2]) as tf.Tensor2D).arraySync();
      const logits = questions.flatMap((question) => Array.from(script(question)));
      return tf.tensor3d(logits, [questions.length, seqLen, vocabSize]);
    },
  };
}

/** Logits with which each cell surely has the given token. */
export const surely = (tokens: readonly number[], vocabSize: number): number[] =>
  tokens.flatMap((token) => Array.from({ length: vocabSize }, (_, other) => (other === token ? 1e4 : -1e4)));
