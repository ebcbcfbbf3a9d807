import * as tf from '@tensorflow/tfjs-core';
import { stablemaxCrossEntropy } from '@hrm/act';
import { evaluationBatches, type PuzzleDataset } from '@hrm/data';
import type { RecursiveReasoner } from '@hrm/models';
import { evaluate } from '@hrm/trainer';

/** Puzzles to choose from. */
const CANDIDATES = 128;

/**
 * Picks a puzzle for the demo: among the first of a data set, the one that the model solves after the most segments.
 *
 * @returns its tokens
 */
export async function pickDemoPuzzle(model: RecursiveReasoner, { metadata, sets }: PuzzleDataset): Promise<Int32Array> {
  const { seqLen } = metadata;
  const { inputs, labels } = sets[metadata.sets[0]!]!;
  const count = Math.min(CANDIDATES, inputs.length / seqLen);
  const rightSince = new Int32Array(count).fill(-1);
  const [batch] = evaluationBatches({ metadata, sets }, { batchSize: count });
  await evaluate(model, [batch!], {
    tokenLoss: stablemaxCrossEntropy,
    onSegment: async ({ logits }, segment) => {
      const predicted = tf.tidy(() => tf.argMax(logits, -1));
      const tokens = await predicted.data();
      predicted.dispose();
      for (let puzzle = 0; puzzle < count; puzzle++) {
        const start = puzzle * seqLen;
        const isRightAt = (label: number, i: number) => label === metadata.ignoreLabelId || label === tokens[start + i];
        const isRight = labels.subarray(start, start + seqLen).every(isRightAt);
        if (!isRight) rightSince[puzzle] = -1;
        else if (rightSince[puzzle] === -1) rightSince[puzzle] = segment;
      }
    },
  });
  const chosen = rightSince.reduce((best, since, puzzle) => (since > rightSince[best]! ? puzzle : best), 0);
  return Int32Array.from(inputs.subarray(chosen * seqLen, (chosen + 1) * seqLen));
}
