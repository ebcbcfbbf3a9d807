import type { Augmentation } from '@hrm/data';
import type { SudokuSize } from '../sudoku-geometry';
import { sudokuSymmetrySampler } from './sudoku-symmetry';

/** The token of a digit after a symmetry has renamed it. Digit d is token d + 1; lower tokens are no digits. */
export const renamedToken = (token: number, digits: Uint8Array): number =>
  token >= 2 ? digits[token - 1]! + 1 : token;

/**
 * Creates an augmentation that applies a random symmetry to each Sudoku (see `randomSudokuSymmetry`). It has the effect
 * of a data set with unlimited augmentations, but stores none. Padding and ignored labels move with their cells.
 *
 * @throws RangeError for an unknown size, or an example of another size.
 *
 * @example
 * ```ts
 * import { trainingBatches } from '@hrm/data';
 * import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
 *
 * const dataset = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 100 }));
 * for (const batch of trainingBatches(dataset, { batchSize: 50, epochs: 1, augment: sudokuAugmentation(4) })) {
 *   console.log(batch.inputs.subarray(0, 16).join());
 * }
 * ```
 */
export function sudokuAugmentation(size: SudokuSize): Augmentation {
  const drawSymmetry = sudokuSymmetrySampler(size);
  const before = new Int32Array(size * size);
  const apply = (tokens: Int32Array, source: Int32Array, digits: Uint8Array): void => {
    before.set(tokens);
    for (let cell = 0; cell < before.length; cell++) tokens[cell] = renamedToken(before[source[cell]!]!, digits);
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
