import { qLearningHalting, softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from '@hrm/act';
import type { Compile } from '@hrm/layers';
import { compile } from '@hrm/runtime';
import { adamW, isWeightMatrix, muon, Trainer, type Optimizer } from '@hrm/trainer';
import { describe, expect, it } from 'vitest';
import { isNativeSetUp } from './native';
import { reversalBatch, reversalModel } from './native-reversal';

/** Weights and token losses of three steps. */
async function train(optimizer: Optimizer, tokenLoss: TokenLoss, parts: { microBatch?: number; compile?: Compile }) {
  const model = reversalModel({
    halting: qLearningHalting({ maxSegments: 3 }),
  });
  const trainer = new Trainer(model, { optimizer, tokenLoss, ...parts });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    losses.push((await trainer.trainBatch(reversalBatch(step))).metrics['tokenLoss']!);
  }
  const { weights } = await trainer.state();
  trainer.dispose();
  model.dispose();
  return { weights, losses };
}

describe.skipIf(!isNativeSetUp)('on native TensorFlow, compiled or not, the results are the same:', () => {
  const choices = { learningRate: 1e-3, weightDecay: 0.1, decays: isWeightMatrix, clipNorm: 0.5 };
  it.each<[string, Optimizer, TokenLoss]>([
    ['muon, clipped, its decay masked, stablemax smoothed', muon(choices), stablemaxCrossEntropy.smoothed(0.1)],
    ['AdamW, clipped, its decay masked, softmax smoothed', adamW(choices), softmaxCrossEntropy.smoothed(0.1)],
    ['AdamW, clipped', adamW({ learningRate: 1e-3, clipNorm: 0.5 }), softmaxCrossEntropy],
  ])('%s', async (_, optimizer, tokenLoss) => {
    let recordings = 0;
    const compiled: Compile = (f) => compile(f, { onRecord: () => void recordings++ });
    const eager = await train(optimizer, tokenLoss, {});
    const fast = await train(optimizer, tokenLoss, { compile: compiled });
    expect(recordings).toBe(1);
    const inParts = await train(optimizer, tokenLoss, { compile, microBatch: 2 });
    for (const other of [fast, inParts]) {
      other.losses.forEach((loss, i) => expect(Math.abs(loss - eager.losses[i]!)).toBeLessThan(1e-3));
      for (const [name, { data }] of other.weights) {
        const expected = eager.weights.get(name)!.data;
        // On average, because rounding decides the direction of Adam where a gradient is nearly 0.
        const errors = [...data].map((value, i) => Math.abs(Number(value) - Number(expected[i]!)));
        expect(errors.reduce((sum, error) => sum + error, 0) / data.length, name).toBeLessThan(5e-5);
      }
    }
  });
});
