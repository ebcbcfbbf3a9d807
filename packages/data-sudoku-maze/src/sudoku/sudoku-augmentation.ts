import { answerByRule, followsRule } from '../maze/answer-by-rule';
import { dihedralSource, shapeKeepingTransforms } from '../maze/dihedral-transform';
import type { Maze } from '../maze/maze';
import type { SeededRandom } from '../seeded-random';
import type { SudokuSize } from '../sudoku/sudoku-geometry';
import { sudokuSymmetrySampler } from '../sudoku/sudoku-symmetry';
import { cellsFromTokens, tokensFromCells } from './tokens';

/** Changes one example in place: its tokens and its labels [seqLen]. All it draws comes from `random`. */
export type Augmentation = (inputs: Int32Array, labels: Int32Array, random: SeededRandom) => void;

/**
 * An augmentation that gives each Sudoku a random symmetry (see `randomSudokuSymmetry`): the same as building the data
 * set with endless augmentations, without storing any. Padding and ignored labels move with their cells.
 *
 * @throws RangeError for an unknown size, and when called with an example of another.
 *
 * @example
 * ```ts
 * import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation, trainBatches } from '@hrm/data-sudoku-maze';
 *
 * const dataset = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 100 }));
 * for (const batch of trainBatches(dataset, { batchSize: 50, epochs: 1, augment: sudokuAugmentation(4) })) {
 *   console.log(batch.inputs.subarray(0, 16).join());
 * }
 * ```
 */
export function sudokuAugmentation(size: SudokuSize): Augmentation {
  const drawSymmetry = sudokuSymmetrySampler(size);
  const before = new Int32Array(size * size);
  const apply = (tokens: Int32Array, source: Int32Array, digits: Uint8Array): void => {
    before.set(tokens);
    for (let cell = 0; cell < before.length; cell++) {
      const token = before[source[cell]!]!;
      // Digit d is token d + 1; what is lower (blank, padding, ignored) is no digit.
      tokens[cell] = token >= 2 ? digits[token - 1]! + 1 : token;
    }
  };
  return (inputs, labels, random) => {
    if (inputs.length !== before.length || labels.length !== before.length) {
      throw new RangeError(`Expected examples of ${before.length} tokens (${size}x${size}); got ${inputs.length}.`);
    }
    const { source, digits } = drawSymmetry(random);
    apply(inputs, source, digits);
    apply(labels, source, digits);
  };
}

/**
 * An augmentation that rotates and reflects each maze at random: one of the 8 symmetries of a square, or of the 4 that
 * keep the shape of another rectangle. An answer by the official rule (see `shortestPath`) is computed anew, as that rule
 * tells up from down; any other is turned with its maze.
 *
 * @throws RangeError when called with an example of another size.
 *
 * @example
 * ```ts
 * import { buildMazeDataset, generateMazePuzzles, mazeAugmentation, trainBatches } from '@hrm/data-sudoku-maze';
 *
 * const dataset = buildMazeDataset(generateMazePuzzles({ width: 10, count: 20 }));
 * for (const batch of trainBatches(dataset, { batchSize: 10, epochs: 1, augment: mazeAugmentation(10, 10) })) {
 *   console.log(batch.inputs.subarray(0, 10).join());
 * }
 * ```
 */
export function mazeAugmentation(width: number, height: number): Augmentation {
  const sources = shapeKeepingTransforms(width, height).map((transform) => dihedralSource(width, height, transform));
  const before = new Int32Array(width * height);
  const apply = (tokens: Int32Array, source: Int32Array): void => {
    before.set(tokens);
    for (let cell = 0; cell < before.length; cell++) tokens[cell] = before[source[cell]!]!;
  };
  return (inputs, labels, random) => {
    if (inputs.length !== before.length || labels.length !== before.length) {
      throw new RangeError(`Expected examples of ${before.length} tokens (${width}x${height}); got ${inputs.length}.`);
    }
    const source = sources[random.integer(sources.length)]!;
    const mazeOf = (tokens: Int32Array): Maze => ({ width, height, cells: cellsFromTokens(tokens) });
    const isByRule = followsRule(mazeOf(inputs), labels, 1);
    apply(inputs, source);
    apply(labels, source);
    if (isByRule) labels.set(tokensFromCells(answerByRule(mazeOf(inputs))!));
  };
}
