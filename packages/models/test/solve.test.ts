import * as tf from '@tensorflow/tfjs-core';
import { haltOnly, qLearningHalting } from '@hrm/act';
import { namedParameters } from '@hrm/layers';
import { hrm, Solver, type RecursiveReasoner } from '@hrm/models';
import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** Makes the halt logit of a model a constant. */
function setHaltLogit(model: RecursiveReasoner, halt: number): void {
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
    const { answer, segments, history } = await model.solve(puzzle);
    expect(segments).toBe(4);
    expect(history.map(({ segment }) => segment)).toEqual([1, 2, 3, 4]);
    expect(answer).toEqual(history.at(-1)!.answer);
    expect(answer.length).toBe(4);
    for (const token of answer) expect(token >= 0 && token < 5).toBe(true);
    expect(Object.keys(history[0]!.haltLogits)).toEqual(['halt', 'continue']);
  });

  it("stops when the controller halts, with until: 'halted'", async () => {
    setHaltLogit(model, 1);
    expect((await model.solve(puzzle, { until: 'halted' })).segments).toBe(1);
    expect((await model.solve(puzzle)).history.map(({ halted }) => halted)).toEqual([true, true, true, true]);
    setHaltLogit(model, -1);
    const { history } = await model.solve(puzzle, { until: 'halted' });
    expect(history.map(({ halted }) => halted)).toEqual([false, false, false, true]);
    expect(history[0]!.haltLogits['halt']).toBe(-1);
  });

  it('keeps its latents after the controller would halt', async () => {
    setHaltLogit(model, 1);
    const halting = (await model.solve(puzzle)).history;
    setHaltLogit(model, -1);
    const going = (await model.solve(puzzle)).history;
    expect(halting.map(({ answer }) => [...answer])).toEqual(going.map(({ answer }) => [...answer]));
  });

  it('leaks no tensor when the reader of a stream stops early', async () => {
    for await (const { segment } of new Solver(model).stream(puzzle)) if (segment === 2) break;
    expect(tf.memory().numTensors).toBe(tensorsBefore + namedParameters(model).size + 2);
  });

  it('uses the embedding of the puzzle identifier', async () => {
    const other = hrm({ ...options, halting: haltOnly({ maxSegments: 1 }), puzzleEmbedding: { puzzles: 2, size: 8 } });
    tf.tidy(() => {
      const table = namedParameters(other).get('puzzleEmbedding.weight')!;
      table.assign(tf.tensor2d([...new Array<number>(8).fill(0), ...new Array<number>(8).fill(3)], [2, 8]));
      const head = namedParameters(other).get('halting.head.weight')!;
      head.assign(tf.reshape(tf.linspace(-1, 1, 16), [8, 2]));
    });
    const logit = async (puzzleIdentifier?: number) =>
      (await other.solve({ inputs: puzzle, puzzleIdentifier })).history[0]!.haltLogits['halt'];
    expect(await logit(0)).toBe(await logit());
    expect(await logit(1)).not.toBe(await logit(0));
    other.dispose();
  });

  it('refuses a puzzle of another length', async () => {
    await expect(model.solve([1, 2, 3])).rejects.toThrow('the puzzle has 3 tokens, this model is made for 4');
  });

  it.each([
    [[1, 2, 5, 4], 'the token at position 2 is 5, expected a whole number from 0 to 4, as the model has 5 tokens'],
    [[1, -1, 3, 4], 'the token at position 1 is -1'],
    [[1.5, 2, 3, 4], 'the token at position 0 is 1.5'],
    [[1, 2, 3, Number.NaN], 'the token at position 3 is NaN'],
    [[4294967297, 2, 3, 4], 'the token at position 0 is 4294967297'],
  ])('refuses the tokens %j in solve, stream and solveAll', async (tokens, message) => {
    await expect(model.solve(tokens)).rejects.toThrow(message);
    await expect(new Solver(model).stream(tokens).next()).rejects.toThrow(message);
    await expect(new Solver(model).solveAll([tokens]).next()).rejects.toThrow(message);
  });

  it('refuses a puzzle identifier that the model has no vector for', async () => {
    const other = hrm({ ...options, halting: haltOnly({ maxSegments: 1 }), puzzleEmbedding: { puzzles: 2, size: 8 } });
    for (const puzzleIdentifier of [2, -1, 0.5]) {
      await expect(other.solve({ inputs: puzzle, puzzleIdentifier })).rejects.toThrow(
        `is ${puzzleIdentifier}, expected a whole number from 0 to 1, as the model has vectors for 2 puzzles, the blank one, 0, included. For`,
      );
    }
    const second = { inputs: puzzle, puzzleIdentifier: 2 };
    await expect(new Solver(other).solveAll([puzzle, second]).next()).rejects.toThrow(
      'Solver: puzzle 1: the puzzle identifier is 2, expected',
    );
    other.dispose();
  });

  /** A compile that returns the same function, and counts compilations and disposals. */
  function countingCompile() {
    const counts = { compiled: 0, disposed: 0 };
    const compile = <Input extends unknown[], Output>(f: (...input: Input) => Output) => {
      counts.compiled++;
      return Object.assign((...input: Input) => f(...input), { dispose: () => void counts.disposed++ });
    };
    return { counts, compile };
  }

  it('compiles its segment once for all puzzles, and frees it with the model or for another compile', async () => {
    const { counts, compile } = countingCompile();
    const own = hrm({ ...options, halting: qLearningHalting({ maxSegments: 4 }) });
    const { answer } = await own.solve(puzzle, { compile });
    await Promise.all([own.solve(puzzle, { compile }), own.solve([4, 3, 2, 1], { compile })]);
    expect(counts).toEqual({ compiled: 1, disposed: 0 });
    expect(answer).toEqual((await own.solve(puzzle)).answer);
    expect(counts).toEqual({ compiled: 1, disposed: 1 });
    await own.solve(puzzle, { compile });
    own.dispose();
    expect(counts).toEqual({ compiled: 2, disposed: 2 });
  });

  it('solves several puzzles at once with one solver, each as if alone, and frees it when the last is solved', async () => {
    const { counts, compile } = countingCompile();
    const solver = new Solver(model, { compile });
    const puzzles = [puzzle, [4, 3, 2, 1], [0, 0, 1, 1]];
    const alone = [];
    for (const each of puzzles) alone.push((await model.solve(each)).history);
    const together = puzzles.map((each) => solver.solve(each));
    solver.dispose();
    expect((await Promise.all(together)).map(({ history }) => history)).toEqual(alone);
    expect(counts).toEqual({ compiled: 1, disposed: 1 });
    await expect(solver.solve(puzzle)).rejects.toThrow('Solver: it has been disposed of');
  });

  it('uses the same embedding for a puzzle alone and in a batch', async () => {
    const other = hrm({ ...options, halting: haltOnly({ maxSegments: 1 }), puzzleEmbedding: { puzzles: 3, size: 8 } });
    tf.tidy(() => {
      const table = namedParameters(other).get('puzzleEmbedding.weight')!;
      table.assign(tf.reshape(tf.linspace(-2, 2, 24), [3, 8]));
      const head = namedParameters(other).get('halting.head.weight')!;
      head.assign(tf.reshape(tf.linspace(-1, 1, 16), [8, 2]));
    });
    const puzzles = [2, 0, 1].map((puzzleIdentifier) => ({ inputs: puzzle, puzzleIdentifier }));
    const logits: number[] = [];
    for await (const { history } of new Solver(other).solveAll(puzzles)) logits.push(history[0]!.haltLogits['halt']!);
    for (const [i, each] of puzzles.entries()) {
      expect(logits[i]).toBeCloseTo((await other.solve(each)).history[0]!.haltLogits['halt']!, 5);
    }
    expect(new Set(logits).size).toBe(3);
    other.dispose();
  });
});
