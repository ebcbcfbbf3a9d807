import * as tf from '@tensorflow/tfjs-core';
import { haltOnly, type PuzzleTensors, type ReasoningNetwork } from '@hrm/act';
import { RandomStream } from '@hrm/layers';

/** A network without weights but its halting head's, that answers with what it is given: what it gets right is known. */
export function echoNetwork({
  seqLen,
  vocabSize,
  maxSegments,
}: {
  seqLen: number;
  vocabSize: number;
  maxSegments: number;
}) {
  const halting = haltOnly({ maxSegments, exploration: 0 })({ hiddenSize: vocabSize, random: new RandomStream(0) });
  const start = tf.tidy(() => tf.variable(tf.zeros([vocabSize]), false));
  return {
    hiddenSize: vocabSize,
    seqLen,
    prefixLen: 0,
    halting,
    parameters: { halting },
    initialLatents: () => ({ zH: start, zL: start }),
    puzzleRows: () => undefined,
    embed: ({ inputs }: PuzzleTensors) => tf.cast(tf.oneHot(inputs, vocabSize), 'float32') as tf.Tensor3D,
    refine: (_, x) => ({ latents: { zH: tf.clone(x), zL: tf.clone(x) } }),
    readOut: (zH) => tf.mul(zH, 10),
  } satisfies ReasoningNetwork;
}
