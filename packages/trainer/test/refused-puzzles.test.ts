import * as tf from '@tensorflow/tfjs-core';
import { puzzleTensors, softmaxCrossEntropy, Solver } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { evaluate } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

const good = () => reversalBatches(1)[0]!;

/** A batch with one number replaced. The network has 4 tokens and 3 puzzles; batches are of 4 slots of 4 tokens. */
const withNumber = (part: 'inputs' | 'labels' | 'puzzleIdentifiers', index: number, value: number): PuzzleBatch => {
  const batch = good();
  return { ...batch, [part]: batch[part].with(index, value) };
};

/** Every way to hand a batch to the library. */
const paths: { [name: string]: (batch: PuzzleBatch) => Promise<unknown> } = {
  async trainBatch(batch) {
    const network = smallHrm();
    const trainer = smallTrainer(network);
    try {
      await trainer.trainBatch(batch);
    } finally {
      trainer.dispose();
      network.dispose();
    }
  },
  async 'evaluate of a Trainer'(batch) {
    const network = smallHrm();
    const trainer = smallTrainer(network);
    try {
      await trainer.evaluate([batch]);
    } finally {
      trainer.dispose();
      network.dispose();
    }
  },
  async evaluate(batch) {
    const network = smallHrm();
    try {
      await evaluate(network, [batch], { tokenLoss: softmaxCrossEntropy });
    } finally {
      network.dispose();
    }
  },
  async 'evaluate until halted'(batch) {
    const network = smallHrm();
    try {
      await evaluate(network, [batch], { until: 'halted' });
    } finally {
      network.dispose();
    }
  },
};

const refused: [string, () => PuzzleBatch, string][] = [
  [
    'a token too large',
    () => withNumber('inputs', 6, 4),
    'the token in slot 1 at position 2 is 4, expected a whole number from 0 to 3, as the model has 4 tokens',
  ],
  ['a token below 0', () => withNumber('inputs', 15, -1), 'the token in slot 3 at position 3 is -1, expected'],
  [
    'a label too large',
    () => withNumber('labels', 5, 4),
    'the label in slot 1 at position 1 is 4, expected a whole number from 0 to 3, or -100 where there is none',
  ],
  ['a label below 0', () => withNumber('labels', 0, -1), 'the label in slot 0 at position 0 is -1'],
  [
    'a puzzle identifier too large',
    () => withNumber('puzzleIdentifiers', 2, 3),
    'the puzzle identifier in slot 2 is 3, expected a whole number from 0 to 2, as the model has vectors for 3 puzzles',
  ],
  ['a puzzle identifier below 0', () => withNumber('puzzleIdentifiers', 0, -2), 'identifier in slot 0 is -2'],
  ['too few tokens', () => ({ ...good(), inputs: new Int32Array(15) }), 'inputs has 15 numbers, expected batchSize'],
  ['too many labels', () => ({ ...good(), labels: new Int32Array(17) }), 'labels has 17 numbers, expected batchSize'],
  [
    'too few puzzle identifiers',
    () => ({ ...good(), puzzleIdentifiers: new Int32Array(3) }),
    'puzzleIdentifiers has 3 numbers, expected batchSize = 4',
  ],
  [
    'puzzles of another length',
    () => ({ ...good(), seqLen: 2, batchSize: 8, puzzleIdentifiers: new Int32Array(8) }),
    'the puzzles have 2 tokens each, the model is made for 4',
  ],
  ['no puzzles', () => ({ ...good(), batchSize: 0 }), 'batchSize is 0, expected a whole number of at least 1'],
  ['half a puzzle', () => ({ ...good(), batchSize: 0.5 }), 'batchSize is 0.5, expected'],
  [
    'tokens that are no integers of 32 bits',
    () => ({ ...good(), inputs: new Float32Array(16) as unknown as Int32Array }),
    'inputs is not an Int32Array; make one with Int32Array.from',
  ],
];

describe.each(Object.keys(paths))('%s', (path) => {
  it.each(refused)('refuses %s before anything runs, and leaks nothing', async (_, batch, message) => {
    const before = tf.memory().numTensors;
    await expect(paths[path]!(batch())).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes every valid token, label and identifier', async () => {
    const batch = good();
    batch.inputs.set([0, 3]);
    batch.labels.set([0, 3, -100]);
    batch.puzzleIdentifiers.set([0, 2]);
    await paths[path]!(batch);
  });
});

it('puzzleTensors refuses sizes that do not fit each other', () => {
  expect(() => puzzleTensors({ ...good(), labels: new Int32Array(1) })).toThrow(
    'puzzleTensors: labels has 1 numbers, expected batchSize * seqLen = 16',
  );
});

it('a network without a vocabulary size takes all tokens that are whole numbers', async () => {
  const network = smallHrm();
  Object.defineProperty(network, 'vocabSize', { value: undefined });
  const wrong = withNumber('inputs', 0, -1);
  await expect(evaluate(network, [wrong])).rejects.toThrow('expected a whole number of at least 0');
  const solved = new Solver(network).solve(wrong.inputs.subarray(0, network.seqLen));
  await expect(solved).rejects.toThrow('expected a whole number of at least 0');
  network.dispose();
});

it('restore refuses a carry with puzzles that the network cannot take, and changes nothing', async () => {
  const network = smallHrm();
  const trainer = smallTrainer(network);
  await trainer.trainBatch(good());
  const state = await trainer.state();
  const inputs = state.carry.get('puzzle.inputs')!;
  const spoilt = { ...inputs, data: (inputs.data as Int32Array).with(4, 77) } as typeof inputs;
  const before = tf.memory().numTensors;
  expect(() => trainer.restore({ ...state, carry: new Map(state.carry).set('puzzle.inputs', spoilt) })).toThrow(
    'the saved carry: the token in slot 1 at position 0 is 77',
  );
  const halted = { ...state.carry.get('halted')!, dtype: 'float32', data: new Float32Array(4) } as typeof inputs;
  expect(() => trainer.restore({ ...state, carry: new Map(state.carry).set('halted', halted) })).toThrow(
    '"halted" is float32, not bool',
  );
  expect(() => trainer.restore({ ...state, step: -1 })).toThrow('of step -1, expected a whole number of at least 0');
  expect(tf.memory().numTensors).toBe(before);
  expect(await trainer.state()).toEqual(state);
  trainer.dispose();
  network.dispose();
});
