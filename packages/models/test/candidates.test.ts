import * as tf from '@tensorflow/tfjs-core';
import { haltOnly, initialCarry, type PuzzleTensors } from '@hrm/act';
import { namedParameters, poolingBlock, RandomStream } from '@hrm/layers';
import { hrm, trm, type RecursiveReasonerOptions } from '@hrm/models';
import { fullRecursion, type Latents } from '@hrm/recursion';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

// 4x4 Sudoku: 0 pads, 1 is blank, 2 to 5 are the digits.
const candidates = { first: 2, count: 4 };
const make = (options: Partial<RecursiveReasonerOptions> = {}) =>
  trm({
    vocabSize: 6,
    seqLen: 16,
    hiddenSize: 8,
    layers: 1,
    block: poolingBlock({ axes: [2, 2, 2, 2, 4], pools: [[4], [2, 3], [0, 1], [1, 3]], innerSize: 8 }),
    schedule: fullRecursion({ hCycles: 1, lCycles: 2 }),
    halting: haltOnly({ reads: 'mean' }),
    positions: 'none',
    candidates,
    ...options,
  });
const puzzle = (inputs: readonly number[]): PuzzleTensors => ({
  inputs: tf.tensor2d([...inputs], [1, 16], 'int32'),
  labels: tf.zeros([1, 16], 'int32'),
  puzzleIdentifiers: tf.zeros([1], 'int32'),
});
const question = [2, 1, 1, 4, 1, 1, 3, 1, 0, 5, 1, 1, 1, 1, 1, 2];

/** Logits after one segment, `[16, 6]`. */
function logitsOf(model: ReturnType<typeof make>, inputs: readonly number[]): number[][] {
  return tf.tidy(() => {
    const x = model.embed(puzzle(inputs), undefined);
    const { zH, zL } = model.initialLatents();
    const start = { zH: tf.add(tf.zerosLike(x), zH), zL: tf.add(tf.zerosLike(x), zL) } as Latents;
    return (model.readOut(model.refine(start, x).latents.zH).arraySync() as number[][][])[0]!;
  });
}

describe('candidates', () => {
  it('embed each cell as a position for each value: open, given, or given as another', () => {
    tf.tidy(() => {
      const model = make();
      const rows = tf.mul(namedParameters(model).get('tokenEmbedding.weight')!, Math.sqrt(8)).arraySync() as number[][];
      const x = (model.embed(puzzle(question), undefined).arraySync() as number[][][])[0]!;
      expect([x.length, rows.length, model.latentPositions]).toEqual([64, 3, 64]);
      const kinds = x.map((vector) => rows.findIndex((row) => row.every((value, i) => Math.abs(value - vector[i]!) < 1e-6))); // prettier-ignore
      const expected = question.map((token) => [2, 3, 4, 5].map((digit) => (token < 2 ? 0 : token === digit ? 1 : 2)));
      expect(kinds).toEqual(expected.flat());
      model.dispose();
    });
  });

  it('give logits of their tokens, and make all other tokens impossible', () => {
    const model = make();
    for (const logits of logitsOf(model, question)) {
      expect([logits[0], logits[1]]).toEqual([-1e9, -1e9]);
      expect(Math.max(...logits.slice(2).map(Math.abs))).toBeLessThan(100);
    }
    const last = make({ vocabSize: 7 });
    expect(logitsOf(last, question)[3]![6]).toBe(-1e9);
    model.dispose();
    last.dispose();
  });

  it('make all digits alike', () => {
    const model = make();
    // Digits 2 and 5 change places.
    const renamed = (token: number) => (token === 2 ? 5 : token === 5 ? 2 : token);
    const before = logitsOf(model, question);
    logitsOf(model, question.map(renamed)).forEach((logits, cell) => {
      logits.forEach((logit, token) => expect(logit).toBeCloseTo(before[cell]![renamed(token)]!, 4));
    });
    expect(new Set(before.map((logits) => logits.indexOf(Math.max(...logits)))).size).toBeGreaterThan(1);
    model.dispose();
  });

  it('are the positions of the carry and of random draws', () => {
    const model = make();
    const carry = initialCarry(model, 2);
    expect([carry.latents.zH.shape, carry.puzzle.inputs.shape]).toEqual([[2, 64, 8], [2, 16]]); // prettier-ignore
    const shapes: (readonly number[])[] = [];
    const draw = (_: RandomStream, shape: readonly number[]) => {
      shapes.push(shape);
      return {};
    };
    const drawing = make({ schedule: { ...fullRecursion({ hCycles: 1, lCycles: 1 }), draw } });
    drawing.drawForRefinement(new RandomStream(0), 2);
    expect(shapes).toEqual([[2, 64, 8]]);
    model.dispose();
    drawing.dispose();
  });

  it('must fit the vocabulary, and need a model without positions and puzzle embedding', () => {
    const before = tf.memory().numTensors;
    expect(() => make({ candidates: { first: 3, count: 4 } })).toThrow(
      'the tokens 3 to 6, but the vocabulary has only 6',
    );
    expect(() => make({ candidates: { first: -1, count: 4 } })).toThrow('first is -1');
    expect(() => make({ candidates: { first: 1, count: 0 } })).toThrow('count is 0');
    expect(() => make({ candidates: { first: 1, last: 4 } as never })).toThrow('there is no option "last"');
    expect(() => make({ positions: 'learned' })).toThrow("candidates need positions 'none'");
    expect(() => make({ puzzleEmbedding: { puzzles: 1, size: 8 } })).toThrow('and no puzzleEmbedding');
    expect(() => hrm({ vocabSize: 6, seqLen: 16, hiddenSize: 8, candidates })).toThrow(
      "candidates need positions 'none'",
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
