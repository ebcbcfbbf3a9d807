import type { SeededRandom, TaskSymmetry } from '@hrm/data';
import type { SudokuSize } from '../sudoku-geometry';
import { renamedToken } from './sudoku-augmentation';
import { randomSudokuSymmetry } from './sudoku-symmetry';

/** The tokens, padded to `cells`. */
function padded(tokens: ArrayLike<number>, cells: number): Int32Array {
  const all = new Int32Array(cells);
  all.set(tokens);
  return all;
}

/** Draws a symmetry of Sudoku as functions of tokens; see `randomSudokuSymmetry`. */
export function sudokuTaskSymmetry(size: SudokuSize, random: SeededRandom): TaskSymmetry {
  const { source, digits } = randomSudokuSymmetry(size, random);
  const inverse = new Uint8Array(digits.length);
  digits.forEach((renamed, digit) => (inverse[renamed] = digit));
  return {
    apply: (question) => {
      const before = padded(question, source.length);
      return Int32Array.from(source, (from) => renamedToken(before[from]!, digits));
    },
    undo: (answer) => {
      const turned = padded(answer, source.length);
      const back = new Int32Array(source.length);
      source.forEach((from, cell) => (back[from] = renamedToken(turned[cell]!, inverse)));
      return back;
    },
  };
}
