import { PuzzleTextError } from '@hrm/data';
import { expectText } from '@hrm/files/internal';
import { geometryOfGrid, SUDOKU_SIZES, sudokuGeometry, type SudokuSize } from '../sudoku-geometry';

/** Digit d is written as character d. */
const SYMBOLS = '.123456789ABCDEFG';
/** A blank is written '.'; these are read as blanks too. */
const BLANKS = '.0*_xX';

/** Returns the character of a digit: 1 to 9, A to G for 10 to 16, '.' for 0. */
export function sudokuSymbol(digit: number): string {
  return SYMBOLS[digit] ?? '?';
}

/** Describes the digits of a size: `1 to 4`, or `1 to 9 and A to G`. */
function alphabetOf(size: number): string {
  return size <= 9 ? `1 to ${size}` : `1 to 9 and A to ${sudokuSymbol(size)}`;
}

/** The cells of a text and their positions in it. */
export interface SudokuCells {
  digits: number[];
  positions: number[];
}

/** The grid that a text belongs to. */
interface CellContext {
  /** Side of the grid, if known. */
  size?: SudokuSize | undefined;
  /** Number of cells of the grid before this text. Default 0. */
  before?: number;
}

/** Describes the place of a cell, for the end of a message. Empty if the size is unknown. */
function placeOf(cell: number, size: SudokuSize | undefined): string {
  return size === undefined ? '' : ` in row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;
}

/** Spaces are blank cells if the text has no other blanks and only then has a valid number of cells. */
function spacesAreBlanks(text: string, counts: readonly number[]): boolean {
  if (!text.includes(' ') || !/^[ 1-9A-G]+$/i.test(text) || !counts.includes(text.length)) return false;
  return !counts.includes(text.replaceAll(' ', '').length);
}

/**
 * Reads the cells of a text without lines between boxes.
 *
 * @param counts valid numbers of cells.
 * @throws PuzzleTextError for an invalid character.
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
      // Whole, where it takes two places in a string, as an emoji does.
      const whole = String.fromCodePoint(text.codePointAt(position)!);
      const place = placeOf(before + cells.digits.length, size);
      const expected = `${alphabetOf(size ?? 16)} for digits, and one of ${[...BLANKS.slice(0, 5)].join(' ')} for a blank cell`;
      throw new PuzzleTextError(`Unexpected ${JSON.stringify(whole)}${place}; expected ${expected}.`, position);
    }
    cells.digits.push(digit);
    cells.positions.push(position);
  }
  return cells;
}

/** Checks that all digits are valid for a size. @throws PuzzleTextError for the first that is not. */
export function expectSudokuDigits({ digits, positions }: SudokuCells, size: SudokuSize, before = 0): void {
  const beyond = digits.findIndex((digit) => digit > size);
  if (beyond < 0) return;
  const place = placeOf(before + beyond, size);
  const message = `A ${size}x${size} Sudoku has digits ${alphabetOf(size)}; got ${sudokuSymbol(digits[beyond]!)}${place}.`;
  throw new PuzzleTextError(message, positions[beyond]);
}

/** Replaces the lines between boxes by '|', which is skipped, so that positions do not change. */
function withoutRules(text: string): string {
  const isRule = (line: string) => /^[-+=|\s\u2500-\u257f]+$/.test(line) && /[-+=\u2500-\u257f]/.test(line);
  return text
    .split('\n')
    .map((line) => (isRule(line) ? '|'.repeat(line.length) : line))
    .join('\n');
}

/**
 * Parses a Sudoku from text: cells row by row, one of `. 0 * _ x` for blank, 1 to 9 and A to G (or a to g) for 10 to
 * 16. Spaces, line breaks, '|' and lines of '-', '+', '=' between boxes are skipped, and also the lines of
 * `drawSudoku`. Spaces are blank cells if the text has no other blanks and one character for each cell.
 *
 * @param size the expected side. Default: from the number of cells.
 * @returns digits row by row, 0 for blank.
 * @throws PuzzleTextError for an invalid character, a digit beyond the size, or a wrong number of cells.
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
  expectText('parseSudoku', text);
  if (size !== undefined) sudokuGeometry(size);
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
 * Formats a Sudoku as one line, with '.' for blank, as in the official CSV. {@link parseSudoku} reads it.
 *
 * @throws RangeError if the grid has an unknown size.
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
