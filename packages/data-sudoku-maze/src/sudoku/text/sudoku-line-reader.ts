import { PuzzleTextError } from '../../puzzle-text-error';
import { SUDOKU_SIZES, type SudokuSize } from '../sudoku-geometry';
import { expectSudokuDigits, readSudokuCells, type SudokuCells } from './sudoku-text';

/** A puzzle, and the line on which it begins, from 1. */
export interface SudokuInLines {
  question: Uint8Array;
  line: number;
}

/**
 * Finds Sudokus in lines of text, as people keep them: a puzzle on one line, or a line for each row of its grid, with or
 * without '|' and lines such as `---+---` between boxes; blanks as {@link parseSudoku} reads them. Empty lines are skipped,
 * and comments: lines that begin with '#' or ';', and what follows one of these after a space. All puzzles have one size.
 *
 * Sixteen cells on the first line are a puzzle of 4x4, unless a digit is greater than 4: then a row of 16x16.
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
  /** The rows of a grid that has begun, and where it has. */
  #rows: number[][] = [];
  #begun = 0;

  /** @param size the side expected; default: that of the first puzzle. */
  constructor(size?: SudokuSize) {
    this.#size = size;
  }

  /**
   * Takes the next line, and gives the puzzle that ends with it, if one does.
   *
   * @throws PuzzleTextError with line and position: a character or digit that is none of the size, or another number of
   *   cells.
   */
  take(text: string): SudokuInLines | undefined {
    this.#line++;
    const content = (this.#line === 1 ? text.replace(/^\ufeff/, '') : text).replace(/\r$/, '');
    // A row of blanks, where spaces are blanks.
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

  /** Says that there are no more lines. @throws PuzzleTextError where a grid has begun and not ended. */
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

  /** The size of puzzles of which a line has these cells. */
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
