import { PuzzleTextError } from '../puzzle-text-error';
import { geometryOfGrid, SUDOKU_SIZES, type SudokuSize } from './sudoku-geometry';

/** Digit d is written as character d; blanks are written '.' and may also be read as '0'. */
const SYMBOLS = '.123456789ABCDEFG';

/** The character a digit is written with: 1 to 9, then A to G for 10 to 16, '.' for 0. */
export function sudokuSymbol(digit: number): string {
  return SYMBOLS[digit] ?? '?';
}

/** The digit of a character, -1 when it is none. */
function digitOf(character: string): number {
  if (character === '0') return 0;
  return SYMBOLS.indexOf(character.toUpperCase());
}

/**
 * Reads a Sudoku from text: cells row by row, '.' or '0' for blank, 1 to 9 and then A to G (or a to g) for 10 to 16.
 * Spaces, line breaks, '|' and lines of '-', '+', '=' between boxes are skipped, so a drawn grid can be pasted.
 *
 * @param size the side expected; default: told from the number of cells.
 * @returns digits row by row, 0 for blank.
 * @throws PuzzleTextError for another character, a digit beyond the size, or a number of cells that fits no size.
 *
 * @example
 * ```ts
 * import { formatSudoku, parseSudoku } from '@hrm/data-sudoku-maze';
 *
 * const grid = parseSudoku(`
 *   1 . | . .
 *   . . | 3 .
 *   ----+----
 *   . 4 | . .
 *   . . | . 2`);
 * console.log(formatSudoku(grid)); // 1.....3..4.....2
 * ```
 */
export function parseSudoku(text: string, size?: SudokuSize): Uint8Array {
  if (text.length > 4096) throw new PuzzleTextError(`A Sudoku has at most 256 cells; got ${text.length} characters.`);
  const digits: number[] = [];
  const positions: number[] = [];
  let lineStart = 0;
  for (const line of text.split('\n')) {
    if (!/^[-+=|\s]+$/.test(line)) {
      for (let column = 0; column < line.length; column++) {
        const character = line[column]!;
        if (/[\s|]/.test(character)) continue;
        const digit = digitOf(character);
        if (digit < 0) {
          const expected = "'.' or '0' for a blank cell, 1 to 9 and A to G for digits";
          throw new PuzzleTextError(
            `Unexpected ${JSON.stringify(character)}; expected ${expected}.`,
            lineStart + column,
          );
        }
        digits.push(digit);
        positions.push(lineStart + column);
      }
    }
    lineStart += line.length + 1;
  }

  const side = size ?? SUDOKU_SIZES.find((known) => known * known === digits.length);
  if (side === undefined || digits.length !== side * side) {
    const expected = size === undefined ? '16, 36, 81 or 256' : `${size * size}`;
    throw new PuzzleTextError(`Expected ${expected} cells; got ${digits.length}.`);
  }
  const beyond = digits.findIndex((digit) => digit > side);
  if (beyond >= 0) {
    const symbol = sudokuSymbol(digits[beyond]!);
    const last = sudokuSymbol(side);
    throw new PuzzleTextError(`A ${side}x${side} Sudoku has digits 1 to ${last}; got ${symbol}.`, positions[beyond]);
  }
  return Uint8Array.from(digits);
}

/**
 * Writes a Sudoku on one line, '.' for blank: what {@link parseSudoku} reads and the official CSV holds.
 *
 * @throws RangeError when the grid is of no known size.
 *
 * @example
 * ```ts
 * import { formatSudoku, generateSudoku, SeededRandom } from '@hrm/data-sudoku-maze';
 *
 * const { question, answer } = generateSudoku(new SeededRandom(7), { size: 4 });
 * console.log(formatSudoku(question), formatSudoku(answer));
 * ```
 */
export function formatSudoku(grid: ArrayLike<number>): string {
  geometryOfGrid(grid);
  return Array.from(grid, sudokuSymbol).join('');
}
