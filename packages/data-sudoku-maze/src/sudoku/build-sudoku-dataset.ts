import { buildDataset, type Example, type PuzzleDataset, type PuzzleSequence, SeededRandom } from '@hrm/data';
import { expectIterable, expectOptions } from '@hrm/files/internal';
import { exampleOf } from '../example-of';
import type { SudokuPuzzle } from './generate-sudoku';
import { geometryOfGrid } from './sudoku-geometry';
import { applySudokuSymmetry, sudokuSymmetrySampler } from './symmetry/sudoku-symmetry';

/**
 * Builds a data set of Sudokus like the official dataset/build_sudoku_dataset.py. Each puzzle is a group: the puzzle
 * itself, then its augmentations. Token 0 is padding, 1 is blank, digit d is d + 1. The vocabulary is size + 2.
 *
 * @param puzzles at least one; all of the same size.
 * @param options `augmentations`: random symmetries to add for each puzzle, default 0 (the official 1k training uses
 *   1000; the option `augment` of `trainingBatches` needs less memory); `seed`: default 0.
 * @throws RangeError if there are no puzzles, or their sizes differ.
 *
 * @example
 * ```ts
 * import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
 *
 * const puzzles = generateSudokuPuzzles({ size: 4, count: 100, seed: 0 });
 * const dataset = buildSudokuDataset(puzzles, { augmentations: 9 });
 * console.log(dataset.metadata.vocabSize, dataset.sets['all']!.inputs.length); // 6 16000
 * ```
 */
export function buildSudokuDataset(
  puzzles: PuzzleSequence<SudokuPuzzle>,
  options: { augmentations?: number; seed?: number } = {},
): PuzzleDataset {
  expectIterable('buildSudokuDataset', puzzles);
  expectOptions('buildSudokuDataset', options, ['augmentations', 'seed']);
  const [first] = puzzles;
  if (!first) throw new RangeError('A data set needs at least one puzzle; got none.');
  const { size, cells } = geometryOfGrid(first.question);
  const augmentations = options.augmentations ?? 0;
  if (!(Number.isInteger(augmentations) && augmentations >= 0)) {
    throw new RangeError(`augmentations must be an integer, 0 or more; got ${augmentations}.`);
  }
  const examples = function* (): Generator<Example> {
    const random = new SeededRandom(options.seed ?? 0);
    const drawSymmetry = sudokuSymmetrySampler(size);
    let group = 0;
    for (const { question, answer } of puzzles) {
      if (question.length !== cells || answer.length !== cells) {
        throw new RangeError(`All puzzles must be ${size}x${size} like the first; puzzle ${group} is not.`);
      }
      yield exampleOf({ question, answer }, group);
      for (let k = 0; k < augmentations; k++) {
        const symmetry = drawSymmetry(random);
        const turned = {
          question: applySudokuSymmetry(question, symmetry),
          answer: applySudokuSymmetry(answer, symmetry),
        };
        yield exampleOf(turned, group);
      }
      group++;
    }
  };
  return buildDataset(examples(), { seqLen: cells, vocabSize: size + 2 });
}
