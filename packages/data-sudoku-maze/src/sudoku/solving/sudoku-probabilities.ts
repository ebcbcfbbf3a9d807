import { geometryOfGrid } from '../sudoku-geometry';
import { expectSudokuGrid } from './solve-sudoku';

/**
 * What plain constraint propagation knows of each cell, as a model would say it: naked singles are filled in until there
 * are none, and all digits that remain possible in a cell are equally likely. A cell in which no digit fits has zeros.
 *
 * With these probabilities, `searchBranch` of `@hrm/act` is the control of a model's guided search: the same search
 * without a model.
 *
 * @param grid digits row by row, 0 for blank; its length determines the size.
 * @returns probabilities of the tokens, `[cells * (size + 2)]`, cell by cell; digit d is token d + 1, as in `sudokuTask`.
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { parseSudoku, sudokuProbabilities } from '@hrm/data-sudoku-maze';
 *
 * const probabilities = sudokuProbabilities(parseSudoku('1...' + '..3.' + '.4..' + '...2'));
 * console.log(probabilities.slice(6, 12).join()); // 0,0,0,0,1,0: the second cell is surely 3
 * ```
 */
export function sudokuProbabilities(grid: ArrayLike<number>): Float32Array {
  expectSudokuGrid(grid);
  const { size, cells, peers, peersPerCell } = geometryOfGrid(grid);
  const digits = Array.from({ length: size }, (_, index) => index + 1);
  const filled = Uint8Array.from(grid);
  const possible = (cell: number): number[] => {
    const around = Array.from(peers.subarray(cell * peersPerCell, (cell + 1) * peersPerCell), (peer) => filled[peer]);
    return digits.filter((digit) => !around.includes(digit));
  };
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (let cell = 0; cell < cells; cell++) {
      if (filled[cell] !== 0) continue;
      const [single, another] = possible(cell);
      if (single === undefined || another !== undefined) continue;
      filled[cell] = single;
      isChanged = true;
    }
  }
  const vocab = size + 2;
  const probabilities = new Float32Array(cells * vocab);
  for (let cell = 0; cell < cells; cell++) {
    const left = filled[cell] === 0 ? possible(cell) : [filled[cell]!];
    for (const digit of left) probabilities[cell * vocab + digit + 1] = 1 / left.length;
  }
  return probabilities;
}
