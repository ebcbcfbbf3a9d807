import * as tf from '@tensorflow/tfjs-core';
import type { NamedHostTensors } from '@hrm/files';
import { namedParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { muon, trainedParameters, type ParameterPredicate, type Trainer, type TrainerOptions } from '@hrm/trainer';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

const onlyPuzzles: ParameterPredicate = ({ name }) => name === 'puzzleEmbedding.weight';
const onlyHigh: ParameterPredicate = ({ name }) => name.startsWith('highLevel');
const batches = reversalBatches(6);

const names = (tensors: NamedHostTensors) => [...tensors.keys()];

/** The parameters whose bits differ between two states. */
const changed = (before: NamedHostTensors, after: NamedHostTensors) =>
  names(before).filter((name) => before.get(name)!.data.join() !== after.get(name)!.data.join());

async function trained(trains: ParameterPredicate, options: Partial<TrainerOptions> = {}) {
  const network = smallHrm();
  const trainer = smallTrainer(network, { trains, ...options });
  const before = (await trainer.state()).weights;
  for await (const { metrics } of trainer.train(batches)) expect(metrics.tokenLoss).toBeGreaterThan(0);
  return { network, trainer, before, after: await trainer.state() };
}

function free(...trainers: Trainer[]): void {
  for (const trainer of trainers) {
    trainer.dispose();
    (trainer.network as RecursiveReasoner).dispose();
  }
}

describe.each(['cpu', 'wasm'] as const)('trains, on %s', (backend) => {
  it.each([
    ['the puzzle embedding', onlyPuzzles, {}],
    ['the puzzle embedding, in micro-batches', onlyPuzzles, { microBatch: 2 }],
    ['the puzzle embedding, with several segments', onlyPuzzles, { segmentsPerUpdate: 2, lanes: 2 }],
    ['one part', onlyHigh, {}],
    ['one part, with another optimizer', onlyHigh, { optimizer: muon({ learningRate: 0.01, weightDecay: 0.1 }) }],
  ])('changes %s, and no bit of the rest', async (_, trains, options) => {
    await useBackend(backend);
    const { network, trainer, before, after } = await trained(trains, options);
    const chosen = names(before).filter((name) => trains({ name, shape: [], kind: 'hidden' }));
    expect(chosen.length).toBeGreaterThan(0);
    expect(changed(before, after.weights)).toEqual(chosen);
    // No state or average of what does not change.
    const byMain = chosen.filter((name) => !onlyPuzzles({ name, shape: [], kind: 'hidden' }));
    expect(names(after.ema)).toEqual(byMain);
    for (const name of names(after.optimizer).filter((path) => path.includes('.'))) {
      expect(byMain.some((parameter) => name.endsWith(parameter))).toBe(true);
    }
    // Averaged, the frozen weights are themselves.
    const frozen = names(before).filter((name) => !chosen.includes(name));
    await trainer.withAveragedWeights(async () => {
      for (const name of frozen) {
        expect([...namedParameters(network).get(name)!.dataSync()], name).toEqual([...before.get(name)!.data]);
      }
    });
    free(trainer);
  });
});

describe('trains', () => {
  it.each([onlyPuzzles, onlyHigh])('resumes exactly', async (trains) => {
    await useBackend('wasm');
    const whole = await trained(trains);
    const [first, second] = [smallTrainer(smallHrm(), { trains }), smallTrainer(smallHrm(5), { trains, seed: 9 })];
    for (const batch of batches.slice(0, 3)) await first.trainBatch(batch);
    second.restore(await first.state());
    for (const batch of batches.slice(3)) await second.trainBatch(batch);
    const resumed = await second.state();
    for (const part of ['weights', 'ema', 'optimizer', 'carry'] as const) {
      expect(changed(whole.after[part], resumed[part]), part).toEqual([]);
    }
    const all = smallTrainer(smallHrm());
    expect(() => all.restore(resumed)).toThrow('the saved optimizer state does not fit this run');
    free(whole.trainer, first, second, all);
  });

  it('leaks nothing', async () => {
    await useBackend('cpu');
    const start = tf.memory().numTensors;
    const trainer = smallTrainer(smallHrm(), { trains: onlyPuzzles });
    await trainer.trainBatch(batches[0]!);
    const { numTensors } = tf.memory();
    await trainer.trainBatch(batches[1]!);
    await trainer.state();
    await trainer.evaluate(batches.slice(0, 1));
    expect(tf.memory().numTensors).toBe(numTensors);
    free(trainer);
    expect(tf.memory().numTensors).toBe(start);
  });

  it('reports the learning rate of the puzzle embedding if only that is trained', async () => {
    await useBackend('cpu');
    const puzzleOptimizer = {
      learningRate: () => 0.25,
      update: ({ table }: { table: tf.Tensor2D }) => tf.add(table, 1),
    };
    const trainer = smallTrainer(smallHrm(), { trains: onlyPuzzles, puzzleOptimizer: puzzleOptimizer as never });
    expect((await trainer.trainBatch(batches[0]!)).learningRate).toBe(0.25);
    free(trainer);
  });

  it('needs no optimizer of a puzzle embedding that it leaves out', async () => {
    await useBackend('cpu');
    const trainer = smallTrainer(smallHrm(), { trains: onlyHigh, puzzleOptimizer: undefined });
    await trainer.trainBatch(batches[0]!);
    expect(() => smallTrainer(trainer.network as RecursiveReasoner, { puzzleOptimizer: undefined })).toThrow(
      'needs an optimizer of its own',
    );
    free(trainer);
  });

  it('must pick a parameter that can be trained', async () => {
    await useBackend('cpu');
    const network = smallHrm();
    for (const trains of [() => false, ({ name }: { name: string }) => name === 'initialLatents.zH']) {
      expect(() => smallTrainer(network, { trains })).toThrow(
        /^Trainer: trains picks no parameter that can be trained, expected at least one, such as tokenEmbedding.weight/,
      );
    }
    expect(() => smallTrainer(network, { trains: 'puzzleEmbedding' as never })).toThrow(
      'Trainer: trains is the string "puzzleEmbedding", expected a function',
    );
    network.dispose();
  });

  it('passes the name, shape and kind of each parameter to a predicate', async () => {
    await useBackend('cpu');
    const network = smallHrm();
    const matrices = trainedParameters(network, ({ kind, shape }) => kind === 'hidden' && shape.length === 2);
    expect(Object.keys(matrices)).toContain('lowLevel.blocks.0.feedForward.down.weight');
    expect(Object.keys(matrices)).not.toContain('tokenEmbedding.weight');
    network.dispose();
  });
});
