import { adamAtan2, Trainer, type Optimizer } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';
import { reversalBatches, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('cpu'));

const optimizer = (): Optimizer => adamAtan2({ learningRate: 0.01, weightDecay: 0.1 });
const onceForEach = (): Optimizer => ({ ...optimizer(), elementwise: false });

async function trained(trainer: Trainer, steps: number) {
  for await (const _ of trainer.train(reversalBatches(steps))) continue;
  return trainer.state();
}

describe('an elementwise optimizer, run on all parameters end to end', () => {
  it('makes the same weights and saves the same state as one run on each', async () => {
    const [network, other] = [smallTrm(), smallTrm()];
    const together = await trained(smallTrainer(network, { optimizer: optimizer() }), 3);
    const apart = await trained(smallTrainer(other, { optimizer: onceForEach() }), 3);
    expect(new Set(together.optimizer.keys())).toEqual(new Set(apart.optimizer.keys()));
    for (const part of ['weights', 'optimizer'] as const) {
      for (const [name, { shape, data }] of apart[part]) {
        expect(together[part].get(name)!.shape, name).toEqual(shape);
        expect([...together[part].get(name)!.data], name).toEqual([...data]);
      }
    }
  });

  it('goes on from what the other saved', async () => {
    const whole = await trained(smallTrainer(smallTrm(), { optimizer: optimizer() }), 4);
    const half = await trained(smallTrainer(smallTrm(), { optimizer: onceForEach() }), 2);
    const trainer = smallTrainer(smallTrm(1), { optimizer: optimizer() });
    trainer.restore(half);
    for (const batch of reversalBatches(4).slice(2)) await trainer.trainBatch(batch);
    const resumed = await trainer.state();
    for (const [name, { data }] of whole.weights) expect([...resumed.weights.get(name)!.data], name).toEqual([...data]);
  });
});
