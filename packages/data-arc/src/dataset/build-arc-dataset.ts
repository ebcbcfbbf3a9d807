import { expectPuzzleDataset, type PuzzleDataset } from '@hrm/data';
import { ARC_SEQ_LEN } from '../grids/arc-tokens';
import { arcExamples } from './arc-examples';
import { describeArcSplit } from './describe-arc-split';
import { type ArcDatasetOptions, type ArcPlan, planArcDataset } from './plan-arc-dataset';

/** A data set of ARC in memory. */
export interface ArcDataset {
  train: PuzzleDataset;
  test: PuzzleDataset;
  /** Names of the puzzle identifiers, such as `007bbfb7|||t3|||0214356789`; the first is `<blank>`. */
  identifiers: readonly string[];
}

/**
 * Builds a data set of ARC in memory, as the official dataset/build_arc_dataset.py does (that of TinyRecursiveModels).
 * Each puzzle is a group: the puzzle, and copies with other colours, turned or reflected. Each copy has an identifier
 * of its own. In training, the grids of a pair lie anywhere in the square of 30x30; one pair of each copy stays at the
 * top left. In tests all do.
 *
 * The official code draws other random numbers, and shuffles the puzzles. Where an output is unknown, it trains on and
 * tests with a grid of one cell; here that pair is not trained on, and has no label in the test.
 *
 * @throws RangeError if a puzzle appears twice, there is none to test on, or a number is out of range.
 *
 * @example
 * ```ts
 * import { buildArcDataset, parseArcChallenges } from '@hrm/data-arc';
 *
 * const pair = { input: [[0, 1]], output: [[1, 0]] };
 * const train = parseArcChallenges({ first: { train: [pair, pair], test: [pair] } });
 * const test = parseArcChallenges({ second: { train: [pair], test: [pair] } });
 * const dataset = buildArcDataset({ train, test, augmentations: 10 });
 * console.log(dataset.identifiers.length); // 23: blank, 2 puzzles, 10 copies of each
 * console.log(dataset.train.sets['all']!.puzzleIdentifiers.length); // 22
 * ```
 */
export function buildArcDataset(options: ArcDatasetOptions): ArcDataset {
  const plan = planArcDataset(options);
  return { train: buildSplit(plan, 'train'), test: buildSplit(plan, 'test'), identifiers: plan.identifiers };
}

function buildSplit(plan: ArcPlan, split: 'train' | 'test'): PuzzleDataset {
  const { metadata, examples, ...indices } = describeArcSplit(plan, split);
  const tokensOf = (field: 'inputs' | 'labels') => {
    const tokens = new Uint8Array(examples * ARC_SEQ_LEN);
    let start = 0;
    for (const part of arcExamples(plan, split, field)) {
      tokens.set(part, start);
      start += part.length;
    }
    return tokens;
  };
  const dataset = { metadata, sets: { all: { inputs: tokensOf('inputs'), labels: tokensOf('labels'), ...indices } } };
  expectPuzzleDataset(dataset);
  return dataset;
}
