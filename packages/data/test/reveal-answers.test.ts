import { describe, expect, it } from 'vitest';
import { buildDataset, revealAnswers, SeededRandom, trainingBatches } from '../src/index';

const puzzle = () => ({
  inputs: Int32Array.of(1, 1, 4, 1, 1, 1, 1, 0),
  labels: Int32Array.of(2, 3, 4, 5, 6, 7, -100, -100),
});
/** The cells that hold their answer now but did not before. */
function revealed(options: { share: number; most: number }, seed: number): number[] {
  const { inputs, labels } = puzzle();
  revealAnswers(options)(inputs, labels, new SeededRandom(seed));
  expect([...labels]).toEqual([...puzzle().labels]);
  const changed = [...inputs.keys()].filter((cell) => inputs[cell] !== puzzle().inputs[cell]);
  for (const cell of changed) expect(inputs[cell]).toBe(labels[cell]);
  return changed;
}
const seeds = Array.from({ length: 400 }, (_, seed) => seed);

describe('revealAnswers', () => {
  it('reveals 1 to `most` cells, uniformly, and only cells with a hidden answer', () => {
    const counts = [0, 0, 0, 0];
    const cells = new Set<number>();
    for (const seed of seeds) {
      const changed = revealed({ share: 1, most: 3 }, seed);
      counts[changed.length]!++;
      for (const cell of changed) cells.add(cell);
    }
    expect([...cells].toSorted()).toEqual([0, 1, 3, 4, 5]);
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1)) expect(Math.abs(count - 400 / 3)).toBeLessThan(40);
  });

  it('reveals all hidden cells if there are fewer than `most`', () => {
    const most = Math.max(...seeds.map((seed) => revealed({ share: 1, most: 100 }, seed).length));
    expect(most).toBe(5);
  });

  it('does not change the other examples', () => {
    const touched = seeds.filter((seed) => revealed({ share: 0.25, most: 3 }, seed).length > 0).length;
    expect(Math.abs(touched - 100)).toBeLessThan(35);
    expect(seeds.every((seed) => revealed({ share: 0, most: 3 }, seed).length === 0)).toBe(true);
  });

  it('works after other augmentations of a stream, which continues from any cursor', () => {
    const example = (number: number) => ({ input: [1, 1, 1, 1], output: [2, 3, 4, 5 + (number % 3)] });
    const dataset = buildDataset(
      Array.from({ length: 20 }, (_, number) => example(number)),
      { vocabSize: 9, seqLen: 4 },
    );
    const oneMore = (_: Int32Array, labels: Int32Array) =>
      void labels.forEach((label, cell) => (labels[cell] = label + 1));
    const options = { batchSize: 8, seed: 3, augment: [oneMore, revealAnswers({ share: 0.5, most: 2 })] };
    const stream = trainingBatches(dataset, options);
    const batches = Array.from({ length: 6 }, () => stream.next().value!);
    expect(new Set(batches.flatMap(({ inputs }) => [...inputs]))).toEqual(new Set([1, 3, 4, 5, 6, 7, 8]));
    for (const [at, { cursor }] of batches.slice(0, 5).entries()) {
      const [next] = trainingBatches(dataset, {
        ...options,
        cursor: JSON.parse(JSON.stringify(cursor)) as typeof cursor,
      });
      expect([...next!.inputs]).toEqual([...batches[at + 1]!.inputs]);
    }
  });

  it.each([
    [{ share: 1.5, most: 2 }, /share is 1.5, expected a number between 0 and 1/],
    [{ share: Number.NaN, most: 2 }, /share is NaN/],
    [{ share: 0.5, most: 0 }, /most is 0, expected a whole number of at least 1/],
    [{ share: 0.5, most: 2.5 }, /most is 2.5/],
  ])('refuses %j', (options, message) => {
    expect(() => revealAnswers(options)).toThrow(message);
  });
});
