import * as tf from '@tensorflow/tfjs-core';
import { adamAtan2, signSgd, warmupCosine } from '@hrm/trainer';
import type { PuzzleBatch } from '@hrm/data';
import { namedParameters } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { differences, eagerToHalt, free, train, withoutTime } from './compare-trainers';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

describe('Trainer', () => {
  it('reports for each step its number, rate and metrics, which are means over the puzzles that have just halted', async () => {
    const optimizer = adamAtan2({ learningRate: warmupCosine({ learningRate: 0.01, warmupSteps: 4, totalSteps: 8 }) });
    const trainer = smallTrainer(smallHrm(), { optimizer });
    const events = await train(trainer, reversalBatches(4));
    expect(events.map(({ type, step }) => [type, step])).toEqual([1, 2, 3, 4].map((step) => ['step', step]));
    events.forEach(({ learningRate }, i) => expect(learningRate).toBeCloseTo(0.0025 * (i + 1), 10));
    // No puzzle halts at first, because halt and continue start equal. All have halted by the third segment.
    const counts = events.map(({ metrics }) => metrics['count']!);
    expect(counts[0]).toBe(0);
    expect(counts[1]! + counts[2]!).toBeGreaterThanOrEqual(4);
    for (const { metrics } of events) {
      if (metrics['count'] === 0) expect(metrics).not.toHaveProperty('steps');
      else expect(metrics['steps']! >= 1 && metrics['steps']! <= 3).toBe(true);
    }
    for (const { metrics, seconds, samplesPerSecond } of events) {
      for (const name of ['tokenLoss', 'haltLoss', 'continueLoss']) expect(metrics[name]).toBeGreaterThan(0);
      expect(samplesPerSecond).toBeCloseTo(4 / seconds, 6);
    }
    free(trainer);
  });

  it('stops at maxSteps steps in all, and does not take a batch that it will not use', async () => {
    const trainer = smallTrainer(smallTrm());
    let asked = 0;
    function* endless() {
      for (;;) {
        asked++;
        yield reversalBatches(1)[0]!;
      }
    }
    for await (const { step } of trainer.train(endless(), { maxSteps: 3 })) expect(step).toBe(asked);
    for await (const { step } of trainer.train(endless(), { maxSteps: 4 })) expect(step).toBe(4);
    for await (const event of trainer.train(endless(), { maxSteps: 4 })) expect.unreachable(`step ${event.step}`);
    expect([trainer.steps, asked]).toEqual([4, 4]);
    free(trainer);
  });

  it('takes batches that arrive one by one', async () => {
    const trainer = smallTrainer(smallTrm());
    async function* arriving() {
      for (const batch of reversalBatches(2)) {
        await Promise.resolve();
        yield batch;
      }
    }
    for await (const event of trainer.train(arriving())) expect(event.type).toBe('step');
    expect(trainer.steps).toBe(2);
    free(trainer);
  });

  it('makes one segment per update by default; with two it learns otherwise, and resumes as exactly', async () => {
    const two = { segmentsPerUpdate: 2 };
    const trainers = [
      smallTrainer(eagerToHalt(smallHrm())),
      smallTrainer(eagerToHalt(smallHrm()), { segmentsPerUpdate: 1 }),
      smallTrainer(eagerToHalt(smallHrm()), two),
      smallTrainer(eagerToHalt(smallHrm()), two),
    ] as const;
    const batches = reversalBatches(10);
    const events = [];
    for (const trainer of trainers.slice(0, 3)) events.push(await train(trainer, batches));
    const [plain, one, several, resumed] = trainers;
    expect(await differences(plain, one)).toEqual([]);
    expect(events[1]!.map(withoutTime)).toEqual(events[0]!.map(withoutTime));
    expect(await differences(plain, several)).toContain('weights/outputHead.weight');
    // Slots that do not explore halt at the first segment of an update, and rest in the second.
    const halted = events.map((steps) =>
      steps.reduce((sums, { haltingSteps }) => sums.map((sum, i) => sum + haltingSteps[i]!), [0, 0, 0]),
    );
    for (const counts of halted) expect(Math.min(...counts)).toBeGreaterThan(0);

    await train(resumed, batches.slice(0, 4));
    const saved = await resumed.state();
    await train(resumed, reversalBatches(2, { seed: 5 }));
    resumed.restore(saved);
    await train(resumed, batches.slice(4));
    expect(await differences(several, resumed)).toEqual([]);
    const { numTensors } = tf.memory();
    await several.trainBatch(batches[0]!);
    expect(tf.memory().numTensors).toBe(numTensors);
    free(...trainers);
  });

  it('changes only the rows of the puzzle embedding that the batch used', async () => {
    const trainer = smallTrainer(smallHrm(), { puzzleOptimizer: signSgd({ learningRate: 0.5 }) });
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch({ ...batch, puzzleIdentifiers: Int32Array.of(2, 2, 0, 2) });
    const table = namedParameters(trainer.network).get('puzzleEmbedding.weight')!.arraySync() as number[][];
    expect(new Set(table[1])).toEqual(new Set([0]));
    for (const row of [0, 2]) expect(new Set(table[row]!.map(Math.abs)), `row ${row}`).toEqual(new Set([0.5]));
    free(trainer);
  });

  it('compiles its training step and its evaluation step once each, and disposes of them', async () => {
    const made: string[] = [];
    const compile = <Input extends unknown[], Output>(f: (...input: Input) => Output) => {
      made.push('compiled');
      return Object.assign((...input: Input) => f(...input), { dispose: () => void made.push('disposed') });
    };
    const [plain, compiled] = [smallTrainer(smallTrm()), smallTrainer(smallTrm(), { compile })];
    for (const trainer of [plain, compiled]) {
      await train(trainer, reversalBatches(3));
      await trainer.evaluate(reversalBatches(2));
      await trainer.evaluate(reversalBatches(1));
    }
    expect(await differences(plain, compiled)).toEqual([]);
    expect(made).toEqual(['compiled', 'compiled']);
    free(plain, compiled);
    expect(made).toEqual(['compiled', 'compiled', 'disposed', 'disposed']);
  });

  it.each([
    [{ emaDecay: 1 }, 'emaDecay is 1, expected at least 0 and less than 1'],
    [{ emaDecay: Number.NaN }, 'emaDecay is NaN'],
    [{ segmentsPerUpdate: 0 }, 'segmentsPerUpdate is 0, expected a whole number of at least 1'],
    [{ segmentsPerUpdate: 1.5 }, 'segmentsPerUpdate is 1.5'],
    [{ seed: 0.5 }, 'the seed is 0.5'],
    [{ puzzleOptimizer: undefined }, 'puzzleOptimizer: signSgd('],
  ])('refuses %j', (wrong, message) => {
    const network = smallHrm();
    expect(() => smallTrainer(network, wrong)).toThrow(message);
    network.dispose();
  });
});
