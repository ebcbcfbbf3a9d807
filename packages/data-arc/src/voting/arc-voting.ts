import { augmentArcGrid, invertArcAugmentation } from '../augmentation/arc-augmentation';
import { parseArcIdentifier } from '../augmentation/arc-identifier';
import { type ArcGrid, arcGridKey } from '../grids/arc-grid';
import { cropArcGrid } from '../grids/arc-tokens';

/** A model's answer to a test of a puzzle, or of an augmented copy of one. */
export interface ArcVote {
  /** The name of the puzzle identifier, such as `007bbfb7|||t3|||0214356789`. */
  identifier: string;
  /** The tokens of the input, `[900]`. */
  input: ArrayLike<number>;
  /** The tokens of the answer, `[900]`. */
  prediction: ArrayLike<number>;
  /** How sure the model is, such as the probability of halting. It decides between grids of equally many votes. */
  confidence: number;
}

/** A grid that a model gave as the answer to a test. */
export interface ArcCandidate {
  /** The grid, without the augmentation of the copy. */
  grid: ArcGrid;
  votes: number;
  /** The mean confidence of its votes. */
  confidence: number;
}

/** Votes of a model, counted by test and grid. Made by {@link arcVoting}. */
export interface ArcVoting {
  /** Counts a vote. @throws RangeError unless input and prediction have 900 tokens. */
  add(vote: ArcVote): void;
  /** The grids given as the answer to a test, the one with most votes first; none if there are no votes. */
  candidates(id: string, input: ArcGrid): ArcCandidate[];
}

/**
 * Starts a vote over the augmented copies of puzzles. The augmentation of each copy is undone, in its input, by which
 * the test is known, and in its answer. Then equal grids are counted. Source: `ARC` of TinyRecursiveModels,
 * evaluators/arc.py.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, arcGridToRows, arcVoting, encodeArcGrid } from '@hrm/data-arc';
 *
 * const voting = arcVoting();
 * const [input, right, wrong] = [[[1, 2]], [[2, 1]], [[1, 1]]].map(arcGridFromRows);
 * const vote = { input: encodeArcGrid(input!), confidence: 0.5 };
 * voting.add({ ...vote, identifier: 'a', prediction: encodeArcGrid(wrong!) });
 * voting.add({ ...vote, identifier: 'a', prediction: encodeArcGrid(right!) });
 * // A copy with the colours 1 and 2 exchanged, and mirrored: its input is again 1 2.
 * voting.add({ ...vote, identifier: 'a|||t4|||0213456789', prediction: encodeArcGrid(right!) });
 * const [best] = voting.candidates('a', input!);
 * console.log(arcGridToRows(best!.grid), best!.votes); // [ [ 2, 1 ] ] 2
 * ```
 */
export function arcVoting(): ArcVoting {
  /** The candidates of each test by the text of their grid. The sum of the confidences stands in place of the mean. */
  const tests = new Map<string, Map<string, ArcCandidate>>();
  const testKey = (id: string, input: ArcGrid) => `${id} ${arcGridKey(input)}`;
  return {
    add({ identifier, input, prediction, confidence }) {
      const { id, augmentation } = parseArcIdentifier(identifier);
      const inverse = invertArcAugmentation(augmentation);
      const plain = (tokens: ArrayLike<number>) => augmentArcGrid(cropArcGrid(tokens), inverse);
      const [key, grid] = [testKey(id, plain(input)), plain(prediction)];
      const candidates = tests.get(key) ?? new Map<string, ArcCandidate>();
      tests.set(key, candidates);
      const candidate = candidates.get(arcGridKey(grid)) ?? { grid, votes: 0, confidence: 0 };
      candidates.set(arcGridKey(grid), candidate);
      candidate.votes++;
      candidate.confidence += confidence;
    },
    candidates: (id, input) =>
      Array.from(tests.get(testKey(id, input))?.values() ?? [], ({ grid, votes, confidence }) => ({
        grid,
        votes,
        confidence: confidence / votes,
      })).sort((a, b) => b.votes - a.votes || b.confidence - a.confidence),
  };
}
