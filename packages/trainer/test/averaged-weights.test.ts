import { evaluate } from '@hrm/trainer';
import { namedParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { free, train } from './compare-trainers';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

describe('the average of the weights', () => {
  it('is taken of the trained weights, and is evaluated', async () => {
    const trainer = smallTrainer(smallHrm(), { emaDecay: 0.75 });
    const network = trainer.network as RecursiveReasoner;
    const [name, frozen] = [
      'lowLevel.blocks.0.feedForward.down.weight',
      ['puzzleEmbedding.weight', 'initialLatents.zH'],
    ];
    const weight = () => Array.from(namedParameters(network).get(name)!.dataSync());
    let expected = weight();
    for (const batch of reversalBatches(5)) {
      await trainer.trainBatch(batch);
      const now = weight();
      expected = expected.map((average, i) => 0.75 * average + 0.25 * now[i]!);
    }
    const { ema } = await trainer.state();
    Array.from(ema.get(name)!.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    for (const other of frozen) expect(ema.has(other), other).toBe(false);

    const own = weight();
    const seen = await trainer.withAveragedWeights(async () => weight());
    expect(seen).toEqual(Array.from(ema.get(name)!.data as Float32Array));
    expect(weight()).toEqual(own);
    await expect(trainer.withAveragedWeights(() => Promise.reject(new Error('in the middle')))).rejects.toThrow(
      'in the middle',
    );
    expect(weight()).toEqual(own);

    const batches = reversalBatches(2, { seed: 4 });
    const { tokenLoss } = trainer;
    const averaged = await trainer.withAveragedWeights(() => evaluate(network, batches, { tokenLoss }));
    expect(await trainer.evaluate(batches)).toEqual(averaged);
    expect((await evaluate(network, batches, { tokenLoss })).totals).not.toEqual(averaged.totals);
    free(trainer);
  });

  it('is not kept without a decay; then the weights themselves are evaluated', async () => {
    const trainer = smallTrainer(smallTrm(), { emaDecay: undefined });
    await train(trainer, reversalBatches(2));
    expect((await trainer.state()).ema.size).toBe(0);
    const batches = reversalBatches(1, { seed: 4 });
    expect(await trainer.evaluate(batches)).toEqual(
      await evaluate(trainer.network, batches, { tokenLoss: trainer.tokenLoss }),
    );
    free(trainer);
  });
});
