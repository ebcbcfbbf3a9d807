import * as tf from '@tensorflow/tfjs-core';
import { haltOnly, qLearningHalting } from '@hrm/act';
import { namedParameters } from '@hrm/layers';
import { hrm, thinkAloud, type RecursiveReasoner } from '@hrm/models';
import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** Makes the halt logit of a model a constant. */
function alwaysSay(model: RecursiveReasoner, halt: number): void {
  tf.tidy(() =>
    namedParameters(model)
      .get('halting.head.bias')!
      .assign(tf.tensor1d([halt, 0])),
  );
}

describe('solving a puzzle', () => {
  const options = { vocabSize: 5, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 };
  const puzzle = [1, 2, 3, 4];
  let model: RecursiveReasoner;
  let tensorsBefore: number;
  beforeEach(() => {
    tensorsBefore = tf.memory().numTensors;
    model = hrm({ ...options, halting: qLearningHalting({ maxSegments: 4 }) });
  });
  afterEach(() => {
    model.dispose();
    expect(tf.memory().numTensors, 'tensors left by the test').toBe(tensorsBefore);
  });

  it('runs all segments and answers with a token of the vocabulary at each position', async () => {
    const { answer, segments, thoughts } = await model.solve(puzzle);
    expect(segments).toBe(4);
    expect(thoughts.map(({ segment }) => segment)).toEqual([1, 2, 3, 4]);
    expect(answer).toEqual(thoughts.at(-1)!.answer);
    expect(answer.length).toBe(4);
    for (const token of answer) expect(token >= 0 && token < 5).toBe(true);
    expect(Object.keys(thoughts[0]!.haltLogits)).toEqual(['halt', 'continue']);
  });

  it('stops when the controller halts, if asked to', async () => {
    alwaysSay(model, 1);
    expect((await model.solve(puzzle, { until: 'halted' })).segments).toBe(1);
    expect((await model.solve(puzzle)).thoughts.map(({ halted }) => halted)).toEqual([true, true, true, true]);
    alwaysSay(model, -1);
    const { thoughts } = await model.solve(puzzle, { until: 'halted' });
    expect(thoughts.map(({ halted }) => halted)).toEqual([false, false, false, true]);
    expect(thoughts[0]!.haltLogits['halt']).toBe(-1);
  });

  it('goes on from the latents that it has, halted or not', async () => {
    alwaysSay(model, 1);
    const halting = (await model.solve(puzzle)).thoughts;
    alwaysSay(model, -1);
    const going = (await model.solve(puzzle)).thoughts;
    expect(halting.map(({ answer }) => [...answer])).toEqual(going.map(({ answer }) => [...answer]));
  });

  it('leaves no tensor when the listener has had enough', async () => {
    for await (const { segment } of thinkAloud(model, puzzle)) if (segment === 2) break;
    expect(tf.memory().numTensors).toBe(tensorsBefore + namedParameters(model).size + 2);
  });

  it('uses the embedding of the puzzle it is told', async () => {
    const other = hrm({ ...options, halting: haltOnly({ maxSegments: 1 }), puzzleEmbedding: { puzzles: 2, size: 8 } });
    tf.tidy(() => {
      const table = namedParameters(other).get('puzzleEmbedding.weight')!;
      table.assign(tf.tensor2d([...new Array<number>(8).fill(0), ...new Array<number>(8).fill(3)], [2, 8]));
      const head = namedParameters(other).get('halting.head.weight')!;
      head.assign(tf.reshape(tf.linspace(-1, 1, 16), [8, 2]));
    });
    const logit = async (puzzleIdentifier?: number) =>
      (await other.solve(puzzle, { puzzleIdentifier })).thoughts[0]!.haltLogits['halt'];
    expect(await logit(0)).toBe(await logit());
    expect(await logit(1)).not.toBe(await logit(0));
    other.dispose();
  });

  it('refuses a puzzle of another length', async () => {
    await expect(model.solve([1, 2, 3])).rejects.toThrow('The puzzle has 3 tokens, this model is made for 4');
  });

  it('compiles its segment once and disposes of what it compiled', async () => {
    let [compiled, disposed] = [0, 0];
    const compile = <Input extends unknown[], Output>(f: (...input: Input) => Output) => {
      compiled++;
      return Object.assign((...input: Input) => f(...input), { dispose: () => void disposed++ });
    };
    const { answer } = await model.solve(puzzle, { compile });
    expect([compiled, disposed]).toEqual([1, 1]);
    expect(answer).toEqual((await model.solve(puzzle)).answer);
  });
});
