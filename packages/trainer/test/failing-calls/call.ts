import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleTensors, softmaxCrossEntropy } from '@hrm/act';
import type { ModelConfig } from '@hrm/models';
import { adamAtan2, signSgd, trainedParameters } from '@hrm/trainer';
import type { Faults } from '../faults';
import { reversalBatches, smallHrm, smallTrainer } from '../reversal';

export const tokenLoss = softmaxCrossEntropy;
export const batches = reversalBatches(2);

/** The arguments of calls. They are made before tensors are counted. */
export function fixture() {
  const network = smallHrm(0, { maxSegments: 2 });
  const trainer = smallTrainer(network);
  const carry = initialCarry(network, 4);
  const offered = puzzleTensors(batches[0]!);
  const x = tf.ones<tf.Rank.R3>([2, 4, 8]);
  const rates = { parameters: tf.scalar(0.1), puzzles: tf.scalar(0.1) };
  const optimizer = adamAtan2({ learningRate: 0.1 });
  const trained = trainedParameters(network);
  const optimizerState = tf.tidy(() => optimizer.init(trained));
  const parts = { network, tokenLoss, optimizer, puzzleOptimizer: signSgd({ learningRate: 0.1 }) };
  const input = { carry, offered, draws: [{}], optimizerState, ema: {}, rates };
  return { network, trainer, carry, offered, x, parts, trained, input, optimizer };
}

type Fixture = ReturnType<typeof fixture>;

/** A small model as plain data. */
export const config: ModelConfig = {
  family: 'hrm',
  ...{ vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 },
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'halt-only' },
};

/** A call, and the functions of the packages that it covers. The test frees what it returns. */
export interface Call {
  covers: readonly string[];
  call: (at: Fixture & { faults: Faults }) => unknown;
}

/** Calls by what they do. */
export interface Calls {
  [name: string]: Call;
}

/** The batches one by one, each of which can fail. */
export async function* failingBatches(faults: Faults) {
  for (const batch of batches) {
    await Promise.resolve();
    faults.ownFunction();
    yield batch;
  }
}
