import * as tf from '@tensorflow/tfjs-core';
import type { ReasoningNetwork } from '@hrm/act';
import type { ParameterTree } from '@hrm/layers';
import { trainedParameters } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

/** A network of one's own around a model, whose puzzle embedding has another name. */
function wrapped(model: ReturnType<typeof smallHrm>, parts: Partial<ReasoningNetwork> = {}): ReasoningNetwork {
  const { puzzleEmbedding, ...others } = model.parameters;
  return {
    parameters: { ...others, tasks: puzzleEmbedding } as ParameterTree,
    hiddenSize: model.hiddenSize,
    seqLen: model.seqLen,
    prefixLen: model.prefixLen,
    halting: model.halting,
    puzzleTable: model.puzzleTable,
    initialLatents: () => model.initialLatents(),
    puzzleRows: (puzzle) => model.puzzleRows(puzzle),
    embed: (puzzle, rows) => model.embed(puzzle, rows),
    refine: (latents, x, draws) => model.refine(latents, x, draws),
    readOut: (zH) => model.readOut(zH),
    ...parts,
  };
}

describe('a puzzle table', () => {
  const batches = reversalBatches(3);

  it('is trained under another name as under ours', async () => {
    const [model, plain] = [smallHrm(), smallHrm()];
    const [trainer, ours] = [smallTrainer(wrapped(model) as typeof model), smallTrainer(plain)];
    for (const batch of batches) {
      await trainer.trainBatch(batch);
      await ours.trainBatch(batch);
    }
    const table = [...model.puzzleTable!.dataSync()];
    expect(Math.max(...table.map(Math.abs))).toBeGreaterThan(0);
    expect(table).toEqual([...plain.puzzleTable!.dataSync()]);
    const { weights } = await trainer.state();
    expect(weights.get('tasks.weight')!.data).toEqual((await ours.state()).weights.get('puzzleEmbedding.weight')!.data);
    for (const each of [trainer, ours, model, plain]) each.dispose();
  });

  it.each([undefined, 2])('is trained under another name with a micro-batch of %s', async (microBatch) => {
    const model = smallHrm();
    const trainer = smallTrainer(wrapped(model) as typeof model, { microBatch });
    await trainer.trainBatch(batches[0]!);
    expect(Math.max(...[...model.puzzleTable!.dataSync()].map(Math.abs))).toBeGreaterThan(0);
    trainer.dispose();
    model.dispose();
  });

  it('must be declared by a network that uses its rows', async () => {
    const model = smallHrm();
    const before = tf.memory().numTensors;
    const trainer = smallTrainer(wrapped(model, { puzzleTable: undefined }) as typeof model);
    await expect(trainer.trainBatch(batches[0]!)).rejects.toThrow(
      'puzzleRows of the network gives rows, but nothing says of which table',
    );
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('must be one of the parameters, and the main optimizer must not train it', () => {
    const model = smallHrm();
    const { puzzleEmbedding: _, ...others } = model.parameters;
    expect(() => smallTrainer(wrapped(model, { parameters: others }) as typeof model)).toThrow(
      'the puzzleTable of the network is not among its parameters',
    );
    const trainable = tf.variable(tf.zeros<tf.Rank.R2>([3, 8]));
    expect(() => smallTrainer(wrapped(model, { puzzleTable: trainable }) as typeof model)).toThrow(
      'the puzzleTable of the network is trainable',
    );
    trainable.dispose();
    expect(Object.keys(trainedParameters(model))).not.toContain('puzzleEmbedding.weight');
    model.dispose();
  });

  it('needs an optimizer of its own, whatever its name', () => {
    const model = smallHrm();
    expect(() => smallTrainer(wrapped(model) as typeof model, { puzzleOptimizer: undefined as never })).toThrow(
      'needs an optimizer of its own',
    );
    model.dispose();
  });
});
