import { expectSudokuGrid } from '../solving/solve-sudoku';
import { geometryOfGrid, type SudokuGeometry } from '../sudoku-geometry';
import { formatSudoku } from '../text/sudoku-text';

/** Maximum number of orders to search; beyond it, the class is a hash. A proper puzzle has far fewer. */
const MAX_ORDERS = 10_000;

/** Spreads every bit of an integer (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Combines two colours into one. The order matters. */
const pair = (first: number, second: number): number => mix(Math.imul(first, 0x9e3779b1) ^ mix(second + 0x7f4a7c15));

/** The givens of a grid as three lists: rows, columns and digits, with the indices of their colours. */
type Givens = readonly Int32Array[];

/**
 * Searches the smallest equivalent of a grid by individualization and refinement (McKay and Piperno, "Practical graph
 * isomorphism, II", 2014). Lines (rows 0 to n-1, columns n to 2n-1) and digits (2n to 3n-1) get colours, which depend
 * on how the givens connect them. Colours define the order of the lines. If lines share a colour, each is tried as the
 * first. Colours are hashes: a collision costs time, but never changes the result.
 */
class OrderSearch {
  readonly #geometry: SudokuGeometry;
  readonly #givens: Givens;
  readonly #groupOf: Int32Array;
  readonly #sums: Int32Array;
  readonly #groupSums: Int32Array;
  readonly #found: Int32Array;
  #orders = 0;
  #least: Uint8Array | undefined;

  constructor(geometry: SudokuGeometry, givens: Givens) {
    const { size, boxRows, boxColumns } = geometry;
    this.#geometry = geometry;
    this.#givens = givens;
    this.#groupOf = Int32Array.from({ length: 2 * size }, (_, line) =>
      line < size ? Math.floor(line / boxRows) : size + Math.floor((line - size) / boxColumns),
    );
    this.#sums = new Int32Array(3 * size);
    this.#groupSums = new Int32Array(2 * size);
    this.#found = new Int32Array(3 * size);
  }

  /** Returns the refined start colours. Sorted, they are equal for all equivalent grids. */
  colours(): Int32Array {
    const { size } = this.#geometry;
    return this.#refine(Int32Array.from({ length: 3 * size }, (_, index) => 1 + Math.floor(index / size)));
  }

  /** Returns the smallest grid of all orders, or undefined if there are too many orders. */
  least(colours: Int32Array): Uint8Array | undefined {
    this.#descend(colours);
    return this.#orders > MAX_ORDERS ? undefined : this.#least;
  }

  /** Refines the colours by those of connected lines and digits, until their number no longer grows. */
  #refine(colours: Int32Array): Int32Array {
    const [rows, columns, digits] = this.#givens as [Int32Array, Int32Array, Int32Array];
    const sums = this.#sums;
    const groupSums = this.#groupSums;
    const lines = this.#groupOf.length;
    let classes = 0;
    for (;;) {
      const count = this.#countDifferent(colours);
      if (count === classes) return colours;
      classes = count;
      sums.fill(0);
      groupSums.fill(0);
      for (let given = 0; given < rows.length; given++) {
        const [row, column, digit] = [rows[given]!, columns[given]!, digits[given]!];
        const [ofRow, ofColumn, ofDigit] = [colours[row]!, colours[column]!, colours[digit]!];
        sums[row]! += pair(ofColumn, ofDigit);
        sums[column]! += pair(ofRow, ofDigit);
        sums[digit]! += pair(ofRow, ofColumn);
      }
      for (let line = 0; line < lines; line++) groupSums[this.#groupOf[line]!]! += mix(colours[line]!);
      for (let index = 0; index < colours.length; index++) {
        const group = index < lines ? groupSums[this.#groupOf[index]!]! : 0;
        colours[index] = pair(colours[index]!, pair(sums[index]!, group));
      }
    }
  }

  /** Counts different colours by insertion into a sorted list. For so few numbers it is faster than a set. */
  #countDifferent(colours: Int32Array): number {
    const found = this.#found;
    let count = 0;
    for (const colour of colours) {
      let at = count;
      while (at > 0 && found[at - 1]! > colour) at--;
      if (at > 0 && found[at - 1] === colour) continue;
      found.copyWithin(at + 1, at, count++);
      found[at] = colour;
    }
    return count;
  }

  /** Returns the largest set of lines that share a colour; of equally large sets, that of the smallest colour. */
  #undecided(colours: Int32Array): number[] {
    const sharing = new Map<number, number[]>();
    for (let line = 0; line < this.#groupOf.length; line++) {
      const lines = sharing.get(colours[line]!);
      if (lines) lines.push(line);
      else sharing.set(colours[line]!, [line]);
    }
    let [most, least] = [1, 0];
    for (const [colour, { length }] of sharing) {
      if (length === 1 || length < most || (length === most && colour > least)) continue;
      [most, least] = [length, colour];
    }
    return most === 1 ? [] : sharing.get(least)!;
  }

  #descend(colours: Int32Array): void {
    if (this.#orders > MAX_ORDERS) return;
    const undecided = this.#undecided(colours);
    if (undecided.length === 0) this.#visitOrder(colours);
    for (const line of undecided) {
      const next = colours.slice();
      next[line] = mix(~next[line]!);
      this.#descend(this.#refine(next));
    }
  }

  /** Orders the grid by its colours, renames digits in order of appearance, and keeps the smallest grid. */
  #visitOrder(colours: Int32Array): void {
    this.#orders++;
    const { size, cells } = this.#geometry;
    const [rows, columns, digits] = this.#givens as [Int32Array, Int32Array, Int32Array];
    const place = this.#places(colours);
    const grid = new Uint8Array(cells);
    for (let given = 0; given < rows.length; given++) {
      grid[place[rows[given]!]! * size + place[columns[given]!]!] = digits[given]! - 2 * size + 1;
    }
    const names = new Uint8Array(size + 1);
    let named = 0;
    for (let cell = 0; cell < cells; cell++) {
      const digit = grid[cell]!;
      if (digit !== 0) grid[cell] = names[digit] ||= ++named;
    }
    if (!this.#least || isLess(grid, this.#least)) this.#least = grid;
  }

  /** Returns the new place of each line. Sorts bands and stacks by their smallest colour, then lines by their own. */
  #places(colours: Int32Array): Int32Array {
    const { size } = this.#geometry;
    const groupOf = this.#groupOf;
    const leastOf = new Float64Array(2 * size).fill(Infinity);
    for (let line = 0; line < 2 * size; line++) {
      leastOf[groupOf[line]!] = Math.min(leastOf[groupOf[line]!]!, colours[line]!);
    }
    const places = new Int32Array(2 * size);
    for (const start of [0, size]) {
      const order = Array.from({ length: size }, (_, index) => start + index);
      order.sort((a, b) => leastOf[groupOf[a]!]! - leastOf[groupOf[b]!]! || colours[a]! - colours[b]!);
      order.forEach((line, index) => (places[line] = index));
    }
    return places;
  }
}

/** Whether a comes before b in lexicographic order. */
function isLess(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return a[index]! < b[index]!;
  return false;
}

function givensOf(grid: ArrayLike<number>, { size, cells }: SudokuGeometry): Givens {
  const given: number[] = [];
  for (let cell = 0; cell < cells; cell++) if (grid[cell] !== 0) given.push(cell);
  return [
    Int32Array.from(given, (cell) => Math.floor(cell / size)),
    Int32Array.from(given, (cell) => size + (cell % size)),
    Int32Array.from(given, (cell) => 2 * size + grid[cell]! - 1),
  ];
}

/**
 * Returns the class of a Sudoku: the same text for all grids that are equal up to symmetry (see
 * `randomSudokuSymmetry`). With augmentation, training treats all puzzles of a class as one puzzle.
 *
 * The text is the canonical grid of the class, so different classes have different texts. The exception are very empty
 * grids with more than 10,000 undecided orders; no puzzle with a unique answer is one. Their text is a hash that begins
 * with '~', which two classes may share. Takes about 50 microseconds for a 9x9 puzzle.
 *
 * @param grid digits row by row, 0 for blank; its length (16, 36, 81 or 256) determines the size.
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { applySudokuSymmetry, generateSudoku, randomSudokuSymmetry, sudokuClass } from '@hrm/data-sudoku-maze';
 *
 * const random = new SeededRandom(0);
 * const { question } = generateSudoku(random, { size: 9 });
 * const equal = applySudokuSymmetry(question, randomSudokuSymmetry(9, random));
 * console.log(sudokuClass(equal) === sudokuClass(question)); // true
 * ```
 */
export function sudokuClass(grid: ArrayLike<number>): string {
  expectSudokuGrid(grid);
  const geometry = geometryOfGrid(grid);
  const [rows, columns, digits] = givensOf(grid, geometry) as [Int32Array, Int32Array, Int32Array];
  const { size, boxRows, boxColumns } = geometry;
  const upright: Givens = [rows, columns, digits];
  const transposed: Givens = [columns.map((column) => column - size), rows.map((row) => row + size), digits];
  const searches = (boxRows === boxColumns ? [upright, transposed] : [upright]).map((givens) => {
    const search = new OrderSearch(geometry, givens);
    const colours = search.colours();
    return { search, colours, sorted: colours.slice().sort() };
  });
  // If the colours of the grid and its transpose differ, only the one with smaller colours is searched.
  const [first, second = first!] = searches;
  const { sorted } = isLess(second.sorted, first!.sorted) ? second : first!;
  const least: string[] = [];
  for (const { search, colours, sorted: own } of searches) {
    if (isLess(sorted, own)) continue;
    const found = search.least(colours);
    if (!found) return `~${Array.from(sorted, (colour) => (colour >>> 0).toString(36)).join('.')}`;
    least.push(formatSudoku(found));
  }
  return least.sort()[0]!;
}
