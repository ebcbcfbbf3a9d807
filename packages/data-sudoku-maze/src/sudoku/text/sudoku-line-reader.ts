import { PuzzleTextError } from '@hrm/data';
import { expectText } from '@hrm/files/internal';
import { SUDOKU_SIZES, type SudokuSize } from '../sudoku-geometry';
import { expectSudokuDigits, readSudokuCells, type SudokuCells } from './sudoku-text';

/** A puzzle and the line where it begins, from 1. */
export interface SudokuInLines {
  question: Uint8Array;
  line: number;
}

/**
 * Reads Sudokus from lines of text. A puzzle is one line, or one line for each row of its grid. '|' and lines such as
 * `---+---` between boxes are optional. Blanks are as for {@link parseSudoku}. Empty lines and comments are skipped; a
 * comment starts with '#' or ';', at the start of a line or after a space. All puzzles have the same size.
 *
 * Sixteen cells on the first line are a 4x4 puzzle, or a row of a 16x16 puzzle if a digit is greater than 4.
 *
 * @example
 * ```ts
 * import { formatSudoku, SudokuLineReader } from '@hrm/data-sudoku-maze';
 *
 * const reader = new SudokuLineReader();
 * for (const line of ['; one of 4x4', '1 . | . .', '. . | 3 .', '----+----', '. 4 | . .', '. . | . 2']) {
 *   const found = reader.take(line);
 *   if (found) console.log(found.line, formatSudoku(found.question)); // 2 1.....3..4.....2
 * }
 * reader.end();
 * ```
 */
export class SudokuLineReader {
  #size: SudokuSize | undefined;
  #line = 0;
  /** The rows of the current grid, and the line where it begins. */
  #rows: number[][] = [];
  #begun = 0;

  /** @param size the expected side. Default: that of the first puzzle. */
  constructor(size?: SudokuSize) {
    this.#size = size;
  }

  /**
   * Reads the next line. Returns a puzzle if one ends with this line.
   *
   * @throws PuzzleTextError with line and position, for a wrong character, digit or number of cells.
   */
  take(text: string): SudokuInLines | undefined {
    expectText('SudokuLineReader.take', text);
    this.#line++;
    const content = (this.#line === 1 ? text.replace(/^\ufeff/, '') : text).replace(/\r$/, '');
    // A row of spaces that are blank cells.
    const isBlankRow = this.#rows.length > 0 && content.length === this.#size && content.trim() === '';
    if (isBlankRow) return this.#takeRow(new Array<number>(content.length).fill(0));
    const puzzle = content.replace(/(^|\s)[#;].*$/, '');
    if (/^[-+=|\s\u2500-\u257f]*$/.test(puzzle)) return undefined;
    try {
      return this.#takeCells(puzzle);
    } catch (error) {
      if (error instanceof PuzzleTextError) throw new PuzzleTextError(error.message, error.position, this.#line);
      throw error;
    }
  }

  /** Ends the input. @throws PuzzleTextError if the last grid is incomplete. */
  end(): void {
    if (this.#rows.length === 0) return;
    const message = `The grid that begins here has ${this.#rows.length} rows; expected ${this.#size}.`;
    throw new PuzzleTextError(message, undefined, this.#begun);
  }

  #takeCells(text: string): SudokuInLines | undefined {
    const size = this.#size;
    const isInGrid = this.#rows.length > 0;
    const sides: readonly SudokuSize[] = size === undefined ? SUDOKU_SIZES : [size];
    const counts = isInGrid ? sides : sides.flatMap((side) => [side, side * side]);
    const before = isInGrid ? this.#rows.length * size! : 0;
    const cells = readSudokuCells(text, counts, { size, before });
    const { digits } = cells;
    this.#size = this.#sizeOf(cells, sides, isInGrid);
    expectSudokuDigits(cells, this.#size, before);
    if (digits.length === this.#size) return this.#takeRow(digits);
    return { question: Uint8Array.from(digits), line: this.#line };
  }

  /** Determines the size of the puzzles from the cells of a line. */
  #sizeOf({ digits }: SudokuCells, sides: readonly SudokuSize[], isInGrid: boolean): SudokuSize {
    const { length } = digits;
    const ofRow = sides.find((side) => side === length);
    const ofPuzzle = isInGrid ? undefined : sides.find((side) => side * side === length);
    const isRow = ofPuzzle === undefined || digits.some((digit) => digit > ofPuzzle);
    const size = isRow ? (ofRow ?? ofPuzzle) : ofPuzzle;
    if (size !== undefined) return size;
    const rows = sides.join(', ').replace(/, (?=\d+$)/, ' or ');
    const all = sides
      .map((side) => side * side)
      .join(', ')
      .replace(/, (?=\d+$)/, ' or ');
    throw new PuzzleTextError(
      isInGrid
        ? `Expected a row of ${rows} cells; got ${length}.`
        : `Expected ${all} cells, or a row of ${rows}; got ${length}.`,
    );
  }

  #takeRow(digits: number[]): SudokuInLines | undefined {
    if (this.#rows.length === 0) this.#begun = this.#line;
    this.#rows.push(digits);
    if (this.#rows.length < this.#size!) return undefined;
    const question = Uint8Array.from(this.#rows.flat());
    this.#rows = [];
    return { question, line: this.#begun };
  }
}
