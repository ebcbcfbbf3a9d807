import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '@hrm/act';
import { IGNORED_LABEL, type PuzzleBatch } from '@hrm/data';
import { hrm } from '@hrm/models';
import { evaluate, evaluationStep, type EvaluatedSegment } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { echoNetwork } from './echo-network';

beforeAll(() => useBackend('cpu'));

const none = IGNORED_LABEL;

/** Slots of input and label. */
function batchOf(slots: [number[], number[]][]): PuzzleBatch {
  return {
    inputs: Int32Array.from(slots.flatMap(([inputs]) => inputs)),
    labels: Int32Array.from(slots.flatMap(([, labels]) => labels)),
    puzzleIdentifiers: new Int32Array(slots.length),
    batchSize: slots.length,
    seqLen: slots[0]![0].length,
  };
}

const padding: [number[], number[]] = [
  [0, 0, 0, 0],
  [none, none, none, none],
];
const first = batchOf([
  // All right; half right; right where there is a label; nothing right.
  [
    [1, 2, 3, 1],
    [1, 2, 3, 1],
  ],
  [
    [1, 2, 3, 1],
    [1, 2, 1, 3],
  ],
  [
    [1, 2, 3, 1],
    [none, 2, none, none],
  ],
  [
    [1, 2, 3, 1],
    [2, 3, 1, 2],
  ],
]);
const second = batchOf([
  [
    [2, 2, 2, 2],
    [2, 2, 2, 2],
  ],
  padding,
  padding,
  padding,
]);

describe('evaluate', () => {
  const network = () => echoNetwork({ seqLen: 4, vocabSize: 4, maxSegments: 3 });

  it('counts puzzles over batches, exact ones and tokens, without padding', async () => {
    const result = await evaluate(network(), [first, second], { tokenLoss: softmaxCrossEntropy });
    expect(result.count).toBe(5);
    expect(result.exactAccuracy).toBeCloseTo(3 / 5, 6);
    expect(result.accuracy).toBeCloseTo((1 + 0.5 + 1 + 0 + 1) / 5, 6);
    expect(result.meanSegments).toBe(3);
    const totals = { exactAccuracy: 3, accuracy: 3.5, steps: 15 };
    for (const [name, total] of Object.entries(totals)) expect(result.totals[name]).toEqual({ total, count: 5 });
  });

  it('adds up the loss of each slot, a mean over its labels, without padding', async () => {
    const { totals } = await evaluate(network(), [first, second], { tokenLoss: softmaxCrossEntropy });
    const right = Math.log(1 + 3 * Math.exp(-10));
    const wrong = right + 10;
    expect(totals['tokenLoss']!.count).toBe(5);
    expect(totals['tokenLoss']!.total).toBeCloseTo(3 * right + (right + wrong) / 2 + wrong, 4);
  });

  it('gives zeros, not NaN, if nothing has a label', async () => {
    const result = await evaluate(network(), [batchOf([padding])], { tokenLoss: softmaxCrossEntropy });
    expect(result).toMatchObject({ count: 0, exactAccuracy: 0, accuracy: 0, meanSegments: 0 });
    expect(await evaluate(network(), [], { tokenLoss: softmaxCrossEntropy })).toMatchObject({ count: 0, totals: {} });
  });

  it('takes batches one by one, reports each, and shows every segment', async () => {
    const reports: unknown[] = [];
    const shown: [number, number[], number[]][] = [];
    async function* arriving() {
      yield first;
      await Promise.resolve();
      yield second;
    }
    await evaluate(network(), arriving(), {
      tokenLoss: softmaxCrossEntropy,
      onBatch: (done) => reports.push(done),
      onSegment: async ({ carry, logits, haltLogits }: EvaluatedSegment, index) => {
        expect(Object.keys(haltLogits)).toEqual(['halt', 'continue']);
        shown.push([index, logits.shape, [...(await carry.steps.data())]]);
      },
    });
    expect(reports).toEqual([
      { batches: 1, count: 4 },
      { batches: 2, count: 5 },
    ]);
    expect(shown).toEqual([0, 1, 2, 0, 1, 2].map((index) => [index, [4, 4, 4], new Array(4).fill(index + 1)]));
  });

  it('compiles once for all batches, and frees its compiled step, but not a given one', async () => {
    let [compiled, disposed] = [0, 0];
    const compile = <Input extends unknown[], Output>(f: (...input: Input) => Output) => {
      compiled++;
      return Object.assign((...input: Input) => f(...input), { dispose: () => void disposed++ });
    };
    const echo = network();
    const plain = await evaluate(echo, [first, second], { tokenLoss: softmaxCrossEntropy });
    expect(await evaluate(echo, [first, second], { tokenLoss: softmaxCrossEntropy, compile })).toEqual(plain);
    expect([compiled, disposed]).toEqual([1, 1]);
    const step = compile(evaluationStep(echo, softmaxCrossEntropy));
    expect(await evaluate(echo, [first, second], { tokenLoss: softmaxCrossEntropy, step })).toEqual(plain);
    expect([compiled, disposed]).toEqual([2, 1]);
  });

  it('leaks no tensor, and gives the same for a real model each time', async () => {
    const model = hrm({ vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 });
    const before = tf.memory().numTensors;
    const results = [];
    for (let i = 0; i < 2; i++) results.push(await evaluate(model, [first], { tokenLoss: softmaxCrossEntropy }));
    expect(results[1]).toEqual(results[0]);
    expect(results[0]!.meanSegments).toBe(16);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
