import { buildDataset, type PuzzleDataset } from '../src/index';

/** A data set with groups of equal size, without padding. */
export function numbers(sizes: {
  groups: number;
  groupSize: number;
  seqLen: number;
  vocabSize: number;
}): PuzzleDataset {
  const { groups, groupSize, seqLen, vocabSize } = sizes;
  const examples = Array.from({ length: groups * groupSize }, (_, example) => {
    const input = Array.from({ length: seqLen }, (_, place) => 1 + ((7 * example + place) % (vocabSize - 1)));
    return { input, output: input.toReversed(), group: Math.floor(example / groupSize) };
  });
  return buildDataset(examples, { vocabSize, seqLen });
}
