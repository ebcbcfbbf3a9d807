import * as tf from '@tensorflow/tfjs-core';
import { stablemaxCrossEntropy, type TokenLoss } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { adamW, NonFiniteError } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { bitsOf, differences, free, train } from './compare-trainers';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

describe('a step that fails', () => {
  /** A loss that can be spoilt for a while. */
  function scaledLoss() {
    const loss = { factor: 1 };
    const tokenLoss: TokenLoss = (logits, labels) => tf.mul(stablemaxCrossEntropy(logits, labels), loss.factor);
    return { loss, tokenLoss };
  }

  it('because its loss is not finite changes nothing, names what was not finite, and can be repeated', async () => {
    const { loss, tokenLoss } = scaledLoss();
    const [trainer, undisturbed] = [smallTrainer(smallHrm(), { tokenLoss }), smallTrainer(smallHrm(), { tokenLoss })];
    const batches = reversalBatches(8);
    await train(undisturbed, batches);
    await train(trainer, batches.slice(0, 5));
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();

    for (const factor of [Number.NaN, Infinity]) {
      loss.factor = factor;
      const failure = await trainer.trainBatch(batches[5]!).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NonFiniteError);
      const { step, culprits, message } = failure as NonFiniteError;
      expect([step, culprits[0]]).toEqual([6, 'loss']);
      expect(culprits).toContain('gradient/outputHead.weight');
      expect(culprits).toContain('gradient/puzzleEmbedding.weight');
      expect(message).toMatch(/^Step 6 is not finite in loss, .*those after step 5/);
      expect(trainer.steps).toBe(5);
      expect(bitsOf(await trainer.state())).toEqual(saved);
      expect(tf.memory().numTensors).toBe(numTensors);
    }

    loss.factor = 1;
    await train(trainer, batches.slice(5));
    expect(await differences(trainer, undisturbed)).toEqual([]);
    free(trainer, undisturbed);
  });

  it('because a new weight is not finite changes nothing, although the gradients are finite', async () => {
    const optimizer = adamW({ learningRate: (step) => (step === 2 ? Infinity : 0.01) });
    const trainer = smallTrainer(smallTrm(), { optimizer });
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const saved = bitsOf(await trainer.state());
    const failure = (await trainer.trainBatch(batch).catch((error: unknown) => error)) as NonFiniteError;
    expect(failure).toBeInstanceOf(NonFiniteError);
    expect(failure.culprits.every((name) => name.startsWith('parameter/'))).toBe(true);
    expect(failure.message).toMatch(/ and \d+ more/);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    free(trainer);
  });

  it('because its batch has another size or length changes nothing', async () => {
    const trainer = smallTrainer(smallHrm());
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();
    await expect(trainer.trainBatch(reversalBatches(1, { batchSize: 3 })[0]!)).rejects.toThrow(
      'a batch of 3 came after batches of 4; all must be as large',
    );
    const short = { ...batch, seqLen: 2, inputs: batch.inputs.slice(0, 8), labels: batch.labels.slice(0, 8) };
    await expect(trainer.trainBatch(short)).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    free(trainer);
  });
});
