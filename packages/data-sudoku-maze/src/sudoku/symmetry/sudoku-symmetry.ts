import { expectRandom } from '../../expect-generator';
import type { SeededRandom } from '@hrm/data';
import { expectArray, expectObject } from '@hrm/files/internal';
import { sudokuGeometry, type SudokuSize } from '../sudoku-geometry';

/** A change of a grid that preserves the Sudoku rules: a permutation of the cells, and one of the digits. */
export interface SudokuSymmetry {
  readonly size: SudokuSize;
  /** New cell c holds what old cell `source[c]` held. */
  readonly source: Int32Array;
  /** Digit d becomes `digits[d]`; 0, the blank, stays 0. */
  readonly digits: Uint8Array;
}

/**
 * Returns a function that draws random symmetries of a size into one reused object. For many draws it is faster than
 * {@link randomSudokuSymmetry}.
 */
export function sudokuSymmetrySampler(size: SudokuSize): (random: SeededRandom) => SudokuSymmetry {
  const { boxRows, boxColumns, cells } = sudokuGeometry(size);
  const source = new Int32Array(cells);
  const digits = Uint8Array.from({ length: size + 1 }, (_, digit) => digit);
  const symmetry: SudokuSymmetry = { size, source, digits };
  const canTranspose = boxRows === boxColumns;
  const rows = new Int32Array(size);
  const columns = new Int32Array(size);
  const groups = new Int32Array(size);

  /** Draws a random order of the lines that keeps the lines of a band (or stack) together. */
  const drawLines = (lines: Int32Array, linesPerGroup: number, random: SeededRandom): void => {
    const groupCount = size / linesPerGroup;
    for (let group = 0; group < groupCount; group++) groups[group] = group;
    random.shuffle(groups, 0, groupCount);
    for (let group = 0; group < groupCount; group++) {
      const start = group * linesPerGroup;
      for (let k = 0; k < linesPerGroup; k++) lines[start + k] = groups[group]! * linesPerGroup + k;
      random.shuffle(lines, start, start + linesPerGroup);
    }
  };

  return (random) => {
    // Start from the same order every time: a draw must depend only on `random`, so that streams can be resumed.
    for (let digit = 1; digit <= size; digit++) digits[digit] = digit;
    random.shuffle(digits, 1, size + 1);
    drawLines(rows, boxRows, random);
    drawLines(columns, boxColumns, random);
    const transpose = canTranspose && random.integer(2) === 1;
    const rowStride = transpose ? 1 : size;
    const columnStride = transpose ? size : 1;
    let cell = 0;
    for (let row = 0; row < size; row++) {
      const rowStart = rows[row]! * rowStride;
      for (let column = 0; column < size; column++) source[cell++] = rowStart + columns[column]! * columnStride;
    }
    return symmetry;
  };
}

/**
 * Draws a random symmetry, uniformly: renames the digits; reorders bands, rows within a band, stacks, and columns
 * within a stack; transposes with probability 1/2 if boxes are square (not for 6x6). Source: `shuffle_sudoku` of the
 * official dataset/build_sudoku_dataset.py.
 *
 * @throws RangeError for an unknown size.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { applySudokuSymmetry, generateSudoku, randomSudokuSymmetry } from '@hrm/data-sudoku-maze';
 *
 * const random = new SeededRandom(0);
 * const puzzle = generateSudoku(random, { size: 6 });
 * const symmetry = randomSudokuSymmetry(6, random);
 * const question = applySudokuSymmetry(puzzle.question, symmetry);
 * const answer = applySudokuSymmetry(puzzle.answer, symmetry);
 * console.log(question.length, answer.length);
 * ```
 */
export function randomSudokuSymmetry(size: SudokuSize, random: SeededRandom): SudokuSymmetry {
  expectRandom('randomSudokuSymmetry', random);
  return sudokuSymmetrySampler(size)(random);
}

/**
 * Applies a symmetry to a grid. Apply the same symmetry to a question and its answer.
 *
 * @throws RangeError if grid and symmetry have different sizes.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { applySudokuSymmetry, formatSudoku, parseSudoku, randomSudokuSymmetry } from '@hrm/data-sudoku-maze';
 *
 * const symmetry = randomSudokuSymmetry(4, new SeededRandom(0));
 * console.log(formatSudoku(applySudokuSymmetry(parseSudoku('1324423124133142'), symmetry)));
 * ```
 */
export function applySudokuSymmetry(grid: ArrayLike<number>, symmetry: SudokuSymmetry): Uint8Array {
  expectArray('applySudokuSymmetry', grid);
  expectObject('applySudokuSymmetry', symmetry, ['size', 'source', 'digits']);
  const { size, source, digits } = symmetry;
  if (grid.length !== source.length) {
    throw new RangeError(
      `The symmetry is for ${size}x${size} grids (${source.length} cells); got ${grid.length} cells.`,
    );
  }
  return Uint8Array.from(source, (cell) => digits[grid[cell]!]!);
}
