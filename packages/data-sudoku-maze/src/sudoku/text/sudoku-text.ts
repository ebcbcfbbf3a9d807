import { PuzzleTextError } from '../../puzzle-text-error';
import { geometryOfGrid, SUDOKU_SIZES, type SudokuSize } from '../sudoku-geometry';

/** Digit d is written as character d. */
const SYMBOLS = '.123456789ABCDEFG';
/** A blank is written '.'; these are read as blanks too. */
const BLANKS = '.0*_xX';

/** The character a digit is written with: 1 to 9, then A to G for 10 to 16, '.' for 0. */
export function sudokuSymbol(digit: number): string {
  return SYMBOLS[digit] ?? '?';
}

/** The digits of a size, in words: `1 to 4`, or `1 to 9 and A to G`. */
function alphabetOf(size: number): string {
  return size <= 9 ? `1 to ${size}` : `1 to 9 and A to ${sudokuSymbol(size)}`;
}

/** The cells of a text, and where in it each stands. */
export interface SudokuCells {
  digits: number[];
  positions: number[];
}

/** What is known of a text before its cells are read. */
interface CellContext {
  /** Side of the grid. */
  size?: SudokuSize | undefined;
  /** Cells of it that came before this text. */
  before?: number;
}

/** Where a cell is in its grid, in words for the end of a message; nothing where that is not known. */
function placeOf(cell: number, size: SudokuSize | undefined): string {
  return size === undefined ? '' : ` in row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;
}

/** Spaces are cells where there is no other mark for blanks, and where the text then has as many cells as it may. */
function spacesAreBlanks(text: string, counts: readonly number[]): boolean {
  if (!text.includes(' ') || !/^[ 1-9A-G]+$/i.test(text) || !counts.includes(text.length)) return false;
  return !counts.includes(text.replaceAll(' ', '').length);
}

/**
 * Reads the cells of one line, or of more whose lines between boxes are gone.
 *
 * @param counts how many cells there may be.
 * @throws PuzzleTextError for a character that is none of a Sudoku.
 */
export function readSudokuCells(text: string, counts: readonly number[], context: CellContext = {}): SudokuCells {
  const { size, before = 0 } = context;
  const cells: SudokuCells = { digits: [], positions: [] };
  const blankSpaces = spacesAreBlanks(text.replace(/[|\r\n\u2500-\u257f]/g, ''), counts);
  for (let position = 0; position < text.length; position++) {
    const character = text[position]!;
    const isBlank = BLANKS.includes(character) || (blankSpaces && character === ' ');
    if (!isBlank && /[\s|\u2500-\u257f]/.test(character)) continue;
    const digit = isBlank ? 0 : SYMBOLS.indexOf(character.toUpperCase());
    if (digit < 0) {
      const place = placeOf(before + cells.digits.length, size);
      const expected = `${alphabetOf(size ?? 16)} for digits, and one of ${[...BLANKS.slice(0, 5)].join(' ')} for a blank cell`;
      throw new PuzzleTextError(`Unexpected ${JSON.stringify(character)}${place}; expected ${expected}.`, position);
    }
    cells.digits.push(digit);
    cells.positions.push(position);
  }
  return cells;
}

/** Checks that all digits are of a size. @throws PuzzleTextError for the first that is not. */
export function expectSudokuDigits({ digits, positions }: SudokuCells, size: SudokuSize, before = 0): void {
  const beyond = digits.findIndex((digit) => digit > size);
  if (beyond < 0) return;
  const place = placeOf(before + beyond, size);
  const message = `A ${size}x${size} Sudoku has digits ${alphabetOf(size)}; got ${sudokuSymbol(digits[beyond]!)}${place}.`;
  throw new PuzzleTextError(message, positions[beyond]);
}

/** Puts spaces in place of the lines between boxes, so that what follows stays where it is. */
function withoutRules(text: string): string {
  const isRule = (line: string) => /^[-+=|\s\u2500-\u257f]+$/.test(line) && /[-+=\u2500-\u257f]/.test(line);
  return text
    .split('\n')
    .map((line) => (isRule(line) ? '|'.repeat(line.length) : line))
    .join('\n');
}

/**
 * Reads a Sudoku from text: cells row by row, one of `. 0 * _ x` for blank, 1 to 9 and then A to G (or a to g) for 10 to
 * 16. Spaces, line breaks, '|' and lines of '-', '+', '=' between boxes are skipped, as are the lines that
 * `drawSudoku` draws with, so a drawn grid can be pasted. Where
 * nothing else marks blanks, and the text has a character for each cell, spaces are blank cells.
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
  const counts = (size === undefined ? SUDOKU_SIZES : [size]).map((side) => side * side);
  const cells = readSudokuCells(withoutRules(text), counts, { size });
  const { length } = cells.digits;
  if (!counts.includes(length)) {
    const expected = size === undefined ? '16, 36, 81 or 256' : `${size * size}`;
    throw new PuzzleTextError(`Expected ${expected} cells; got ${length}.`);
  }
  expectSudokuDigits(cells, Math.sqrt(length) as SudokuSize);
  return Uint8Array.from(cells.digits);
}

/**
 * Writes a Sudoku on one line, '.' for blank: what {@link parseSudoku} reads and the official CSV holds.
 *
 * @throws RangeError when the grid is of no known size.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { formatSudoku, generateSudoku } from '@hrm/data-sudoku-maze';
 *
 * const { question, answer } = generateSudoku(new SeededRandom(7), { size: 4 });
 * console.log(formatSudoku(question), formatSudoku(answer));
 * ```
 */
export function formatSudoku(grid: ArrayLike<number>): string {
  geometryOfGrid(grid);
  return Array.from(grid, sudokuSymbol).join('');
}
