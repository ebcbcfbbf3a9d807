import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildDataset,
  evaluationBatches,
  type PuzzleDataset,
  SeededRandom,
  trainingBatches,
  type TrainingBatchesCursor,
  type TrainingBatch,
} from '../src/index';
import { take } from './take';

/** Distinct examples, each in a group of its own. */
const examples = (count: number): PuzzleDataset =>
  buildDataset(
    Array.from({ length: count }, (_, k) => ({ input: [k + 1, 1], output: [1, k + 1] })),
    { vocabSize: 100, seqLen: 2 },
  );

/**
 * A data set of distinct examples: example e has the tokens [e + 1, group + 1]. Puzzles have 1 to 3 examples, groups
 * have 1 to 3 puzzles, and each puzzle has an identifier of its own.
 */
function numbered(seed: number, groups: number, sets = ['all']): PuzzleDataset {
  const random = new SeededRandom(seed);
  const makeSet = () => {
    const groupIndices = [0];
    const puzzleIndices = [0];
    const inputs: number[] = [];
    for (let group = 0; group < groups; group++) {
      for (let puzzle = random.integer(3); puzzle >= 0; puzzle--) {
        for (let example = random.integer(3); example >= 0; example--) inputs.push(inputs.length / 2 + 1, group + 1);
        puzzleIndices.push(inputs.length / 2);
      }
      groupIndices.push(puzzleIndices.length - 1);
    }
    return {
      inputs: Int32Array.from(inputs),
      labels: Int32Array.from(inputs, (token, k) => (k % 4 === 0 ? 0 : token)),
      puzzleIdentifiers: Int32Array.from({ length: puzzleIndices.length - 1 }, (_, k) => k + 1),
      puzzleIndices: Int32Array.from(puzzleIndices),
      groupIndices: Int32Array.from(groupIndices),
    };
  };
  return {
    metadata: {
      padId: 0,
      ignoreLabelId: 0,
      blankIdentifierId: 0,
      vocabSize: 10_000,
      seqLen: 2,
      numPuzzleIdentifiers: 10_000,
      totalGroups: groups * sets.length,
      meanPuzzleExamples: 2,
      sets,
    },
    sets: Object.fromEntries(sets.map((name) => [name, makeSet()])),
  };
}

/** The examples (input, label and identifier) of a batch, as text. */
const examplesOf = (batch: TrainingBatch): string[] =>
  Array.from(batch.puzzleIdentifiers, (identifier, k) =>
    [...batch.inputs.subarray(k * 2, k * 2 + 2), ...batch.labels.subarray(k * 2, k * 2 + 2), identifier].join(),
  );

describe('training batches', () => {
  const anyData = fc.record({ data: fc.nat(1000), groups: fc.integer({ min: 5, max: 40 }), seed: fc.maxSafeInteger() });

  it('are full, and use each group at most once an epoch, with examples of one of its puzzles', () => {
    fc.assert(
      fc.property(anyData, fc.integer({ min: 1, max: 5 }), ({ data, groups, seed }, batchSize) => {
        const dataset = numbered(data, groups);
        const { puzzleIndices, groupIndices, inputs, labels } = dataset.sets['all']!;
        const batches = [...trainingBatches(dataset, { batchSize, seed, epochs: 1 })];
        const puzzleOfGroup = new Map<number, number>();
        const seen = new Set<number>();
        for (const batch of batches) {
          expect([batch.count, batch.batchSize, batch.seqLen, batch.setName]).toEqual([batchSize, batchSize, 2, 'all']);
          expect([batch.inputs.length, batch.labels.length]).toEqual([2 * batchSize, 2 * batchSize]);
          for (let k = 0; k < batchSize; k++) {
            const example = batch.inputs[2 * k]! - 1;
            const puzzle = batch.puzzleIdentifiers[k]! - 1;
            const group = batch.inputs[2 * k + 1]! - 1;
            expect(seen.has(example)).toBe(false);
            seen.add(example);
            expect(example >= puzzleIndices[puzzle]! && example < puzzleIndices[puzzle + 1]!).toBe(true);
            expect(puzzle >= groupIndices[group]! && puzzle < groupIndices[group + 1]!).toBe(true);
            expect(puzzleOfGroup.get(group) ?? puzzle).toBe(puzzle);
            puzzleOfGroup.set(group, puzzle);
            for (const at of [0, 1]) {
              expect(batch.inputs[2 * k + at]).toBe(inputs[2 * example + at]);
              const label = labels[2 * example + at]!;
              expect(batch.labels[2 * k + at]).toBe(label === 0 ? -100 : label);
            }
          }
        }
        // Less than a batch is dropped at the end: examples of unused groups, and of puzzles cut short.
        const unused = groups - puzzleOfGroup.size;
        expect(unused).toBeLessThan(batchSize);
      }),
    );
  });

  it('show every group once an epoch, in a new order each time', () => {
    const dataset = examples(32);
    const orders = [...trainingBatches(dataset, { batchSize: 32, epochs: 40 })].map((batch) =>
      Array.from({ length: 32 }, (_, k) => batch.inputs.subarray(k * 2, k * 2 + 2).join()),
    );
    expect(orders).toHaveLength(40);
    expect(new Set(orders.map((order) => order.toSorted().join('|'))).size).toBe(1);
    expect(new Set(orders[0]).size).toBe(32);
    expect(new Set(orders.map((order) => order.join('|'))).size).toBe(40);
  });

  it('draw puzzles of a group and examples of a puzzle about equally often', () => {
    const dataset = numbered(0, 1);
    dataset.sets['all'] = {
      inputs: Int32Array.of(1, 1, 2, 1, 3, 1, 4, 1),
      labels: Int32Array.of(1, 1, 2, 1, 3, 1, 4, 1),
      puzzleIdentifiers: Int32Array.of(1, 2),
      puzzleIndices: Int32Array.of(0, 1, 4),
      groupIndices: Int32Array.of(0, 2),
    };
    const counts = new Map<number, number>();
    for (const { inputs } of trainingBatches(dataset, { batchSize: 1, epochs: 6000 })) {
      counts.set(inputs[0]!, (counts.get(inputs[0]!) ?? 0) + 1);
    }
    // The puzzle of one example gets half of the draws; the three examples of the other puzzle share the rest.
    for (const [token, expected] of [
      [1, 3000],
      [2, 1000],
      [3, 1000],
      [4, 1000],
    ] as const) {
      expect(Math.abs(counts.get(token)! - expected)).toBeLessThan(200);
    }
  });

  it('are equal for equal seeds and different for different seeds, including 0', () => {
    const dataset = numbered(1, 30);
    const first = (seed: number | undefined) =>
      take(trainingBatches(dataset, { batchSize: 4, seed }), 20)
        .map(examplesOf)
        .join('|');
    expect(first(0)).toBe(first(0));
    expect(first(undefined)).toBe(first(0));
    expect(first(0)).not.toBe(first(1));
  });

  it('continue exactly from the cursor of any batch, after a round trip through JSON', () => {
    const augment = (inputs: Int32Array, _labels: Int32Array, random: SeededRandom): void => {
      inputs[1] = random.integer(1000);
    };
    const point = fc.integer({ min: 1, max: 30 });
    const epochs = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(anyData, point, epochs, fc.boolean(), ({ data, groups, seed }, at, epochsPerIteration, two) => {
        const dataset = numbered(data, groups, two ? ['all', 'more'] : ['all']);
        const options = { batchSize: 4, seed, epochsPerIteration, augment };
        const batches = take(trainingBatches(dataset, options), at + 10);
        const cursor = JSON.parse(JSON.stringify(batches[at - 1]!.cursor)) as TrainingBatchesCursor;
        const resumed = take(trainingBatches(dataset, { ...options, cursor }), 10);
        expect(resumed).toEqual(batches.slice(at));
      }),
    );
  });

  it('join epochs before dropping an incomplete batch', () => {
    const dataset = examples(10);
    const count = (epochs: number, epochsPerIteration: number) =>
      [...trainingBatches(dataset, { batchSize: 4, epochs, epochsPerIteration })].length;
    expect(count(4, 1)).toBe(8);
    expect(count(4, 2)).toBe(10);
    expect(count(4, 4)).toBe(10);
    expect(count(0, 1)).toBe(0);
  });

  it('use one set after another', () => {
    const dataset = numbered(0, 10, ['all', 'more']);
    const names = [...trainingBatches(dataset, { batchSize: 1, epochs: 2 })].map(({ setName }) => setName);
    const runs = names.filter((name, k) => name !== names[k - 1]);
    expect(runs).toEqual(['all', 'more', 'all', 'more']);
  });

  it('can be augmented, without a change to the data set', () => {
    const dataset = examples(8);
    const augment = (inputs: Int32Array): void => void inputs.fill(99);
    for (const { inputs } of trainingBatches(dataset, { batchSize: 8, epochs: 2, augment })) {
      expect([...inputs]).toEqual(new Array(16).fill(99));
    }
    expect(dataset).toEqual(examples(8));
  });

  const small = examples(5);
  const cursor = take(trainingBatches(small, { batchSize: 2 }), 1)[0]!.cursor;
  it.each([
    [{ batchSize: 0 }, /batchSize must be a positive integer/],
    [{ batchSize: 1.5 }, /batchSize/],
    [{ batchSize: 6 }, /does not fill a batch of 6; lower batchSize or raise epochsPerIteration/],
    [{ batchSize: 2, epochsPerIteration: 0 }, /epochsPerIteration must be/],
    [{ batchSize: 2, epochs: 3, epochsPerIteration: 2 }, /epochs must be a multiple of epochsPerIteration, 2; got 3/],
    [{ batchSize: 2, epochs: NaN }, /epochs must be/],
    [{ batchSize: 2, seed: 0.5 }, /safe integer/],
    [{ batchSize: 2, seed: 1, cursor }, /stream with seed 0; got seed 1/],
    [{ batchSize: 2, cursor: { ...cursor, position: 99 } }, /group 99 of 5 groups in a pass/],
    [{ batchSize: 2, cursor: { ...cursor, position: -1 } }, /counts iteration and position/],
    [{ batchSize: 2, cursor: { ...cursor, random: undefined } }, /random state/],
  ])('refuse %j', (options, message) => {
    expect(() => take(trainingBatches(small, options as never), 1)).toThrow(message);
  });
});

describe('evaluation batches', () => {
  it('contain every example once and in order, padded at the end of each set', () => {
    const names = fc.constantFrom<string[][]>(['all'], ['all', 'more']);
    const sizes = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 12 }), sizes, names, (seed, groups, batchSize, sets) => {
        const dataset = numbered(seed, groups, sets);
        const seen: Record<string, number[]> = {};
        for (const batch of evaluationBatches(dataset, { batchSize })) {
          const set = dataset.sets[batch.setName]!;
          expect(batch.count).toBeGreaterThan(0);
          expect(batch.puzzleIdentifiers).toHaveLength(batchSize);
          for (let k = 0; k < batchSize; k++) {
            const tokens = [...batch.inputs.subarray(2 * k, 2 * k + 2)];
            if (k >= batch.count) {
              expect(tokens).toEqual([0, 0]);
              expect([...batch.labels.subarray(2 * k, 2 * k + 2)]).toEqual([-100, -100]);
              expect(batch.puzzleIdentifiers[k]).toBe(0);
              continue;
            }
            const example = tokens[0]! - 1;
            (seen[batch.setName] ??= []).push(example);
            const puzzle = batch.puzzleIdentifiers[k]! - 1;
            expect(example >= set.puzzleIndices[puzzle]! && example < set.puzzleIndices[puzzle + 1]!).toBe(true);
            const label = set.labels[2 * example]!;
            expect(batch.labels[2 * k]).toBe(label === 0 ? -100 : label);
          }
        }
        for (const name of sets) {
          const examples = dataset.sets[name]!.inputs.length / 2;
          expect(seen[name]).toEqual(Array.from({ length: examples }, (_, k) => k));
        }
      }),
    );
  });

  it('keep labels when none are ignored', () => {
    const dataset = numbered(0, 3);
    dataset.metadata.ignoreLabelId = null;
    const [batch] = evaluationBatches(dataset, { batchSize: 2 });
    expect(batch!.labels[0]).toBe(0);
  });

  it('refuse a bad batch size and data that contradicts itself', () => {
    const dataset = numbered(0, 3);
    expect(() => [...evaluationBatches(dataset, { batchSize: -1 })]).toThrow(/batchSize/);
    dataset.sets['all']!.puzzleIndices[1] = 1000;
    expect(() => [...evaluationBatches(dataset, { batchSize: 2 })]).toThrow(/puzzleIndices/);
  });
});
