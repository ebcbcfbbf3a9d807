import type { PuzzleSequence } from '@hrm/data';
import { TextStore } from './text-store';

/** Bytes of cells in a page. A growing table allocates pages, and does not copy its rows. */
const PAGE_BYTES = 1 << 16;

/** The contents of one row of a file. */
export interface PuzzleRow {
  question: Uint8Array;
  answer: Uint8Array;
  source?: string | undefined;
  rating?: number | undefined;
}

/** A block of rows: their cells, and optional columns with NaN for unknown values. */
interface Page {
  cells: Uint8Array;
  /** Place of each source in the text store. */
  sources?: Float64Array;
  ratings?: Float64Array;
}

const unknown = (rows: number): Float64Array => new Float64Array(rows).fill(Number.NaN);

/** Rows of equal length in pages, one byte for each cell. Objects would take over a hundred bytes more for each row. */
export class PuzzleRows {
  length = 0;
  #cells = 0;
  #rowsPerPage = 1;
  readonly #pages: Page[] = [];
  readonly #sources = new TextStore();

  /** Replaces a row, or appends one. All rows have the same number of cells. */
  set(index: number, { question, answer, source, rating }: PuzzleRow): void {
    if (this.length === 0) {
      this.#cells = question.length;
      this.#rowsPerPage = Math.max(1, Math.floor(PAGE_BYTES / (2 * this.#cells)));
    }
    const rows = this.#rowsPerPage;
    const at = index % rows;
    const page = (this.#pages[Math.floor(index / rows)] ??= { cells: new Uint8Array(2 * this.#cells * rows) });
    page.cells.set(question, 2 * this.#cells * at);
    page.cells.set(answer, 2 * this.#cells * at + this.#cells);
    if (source !== undefined) (page.sources ??= unknown(rows))[at] = this.#sources.add(source);
    if (rating !== undefined || page.ratings) (page.ratings ??= unknown(rows))[at] = rating ?? Number.NaN;
    this.length = Math.max(this.length, index + 1);
  }

  get(index: number): PuzzleRow {
    const at = index % this.#rowsPerPage;
    const { cells, sources, ratings } = this.#pages[Math.floor(index / this.#rowsPerPage)]!;
    const start = 2 * this.#cells * at;
    const middle = start + this.#cells;
    const source = sources?.[at];
    const rating = ratings?.[at];
    return {
      question: cells.slice(start, middle),
      answer: cells.slice(middle, middle + this.#cells),
      source: source === undefined || Number.isNaN(source) ? undefined : this.#sources.get(source),
      rating: Number.isNaN(rating) ? undefined : rating,
    };
  }
}

/**
 * The puzzles of a file, stored as bytes. A table takes little more memory than its file. Each access creates a new
 * puzzle object, which the caller may change. `Array.from(table)` creates all of them.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { buildSudokuDataset, drawSudoku } from '@hrm/data-sudoku-maze';
 * import { readSudokuCsv } from '@hrm/data-sudoku-maze/files';
 *
 * const path = join(tmpdir(), 'example-table.csv');
 * await writeFile(path, `source,question,answer,rating\n${'me,1.....3..4.....2,1324423124133142,0\n'.repeat(3)}`);
 * const puzzles = await readSudokuCsv(path);
 * console.log(drawSudoku(puzzles.at(-1)!.question));
 * for (const { source, rating } of puzzles.slice(0, 2)) console.log(source, rating); // me 0, twice
 * console.log(buildSudokuDataset(puzzles).metadata.totalGroups); // 3
 * ```
 */
export class PuzzleTable<Puzzle> implements PuzzleSequence<Puzzle> {
  /** Number of puzzles. */
  readonly length: number;
  readonly #rows: PuzzleRows;
  readonly #make: (row: PuzzleRow) => Puzzle;
  readonly #start: number;

  /** @internal Only the readers create tables. */
  constructor(rows: PuzzleRows, make: (row: PuzzleRow) => Puzzle, start = 0, end = rows.length) {
    this.#rows = rows;
    this.#make = make;
    this.#start = start;
    this.length = Math.max(0, end - start);
  }

  /** Returns a puzzle, or undefined if there is none. A negative index counts from the end, as for arrays. */
  at(index: number): Puzzle | undefined {
    const at = Math.trunc(index) + (index < 0 ? this.length : 0);
    return at >= 0 && at < this.length ? this.#make(this.#rows.get(this.#start + at)) : undefined;
  }

  /** Returns the puzzles from `start` up to (not including) `end`, as for arrays. Does not copy them. */
  slice(start = 0, end = this.length): PuzzleTable<Puzzle> {
    const bound = (index: number) => Math.min(Math.max(index < 0 ? index + this.length : index, 0), this.length);
    return new PuzzleTable(this.#rows, this.#make, this.#start + bound(start), this.#start + bound(end));
  }

  *[Symbol.iterator](): Generator<Puzzle, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }
}
