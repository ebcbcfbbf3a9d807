import type { SeededRandom } from '@hrm/data';
import type { SudokuGeometry } from '../sudoku-geometry';

/** Options of a search. */
export interface SudokuSearchOptions {
  /** Stop after this many solutions. Default 1. */
  limit?: number;
  /** Give up after this many guesses. Default: never. */
  maxGuesses?: number;
  /** Try the digits of a guess in random order. Default: ascending. */
  random?: SeededRandom;
  /** A cell and a digit that it must not hold. The generator uses it to test whether a given is needed. */
  forbid?: { cell: number; digit: number };
}

/** Result of a search. */
export interface SudokuSearchResult {
  /** Number of solutions found, at most the limit. */
  solutions: number;
  /** The first solution. */
  answer: Uint8Array | undefined;
  /** The second one, if the limit is above 1 and there is one. */
  another?: Uint8Array;
  /** Number of guesses: digits tried when no cell was forced. */
  guesses: number;
  /** False if the search stopped at `maxGuesses`; there may be more solutions. */
  complete: boolean;
}

/** Marks a cell whose digit has already been taken from its peers; digits use bits 0 to 15. */
const PLACED = 1 << 16;
const DIGITS = PLACED - 1;

function countBits(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x5555);
  bits = (bits & 0x3333) + ((bits >>> 2) & 0x3333);
  bits = (bits + (bits >>> 4)) & 0x0f0f;
  return (bits + (bits >>> 8)) & 0x1f;
}

/**
 * Exact depth-first search over candidate bitmasks. Each step places every naked single (a cell with one candidate) and
 * hidden single (a digit with one place in a unit). Then it guesses in the cell with the fewest candidates. A solver
 * reuses its buffers for many puzzles of one size.
 */
export class SudokuSolver {
  readonly geometry: SudokuGeometry;
  readonly #full: number;
  readonly #levels: Int32Array[] = [];
  readonly #pending: Int32Array;
  #pendingCount = 0;
  #options: SudokuSearchOptions = {};
  #result: SudokuSearchResult = { solutions: 0, answer: undefined, guesses: 0, complete: true };

  constructor(geometry: SudokuGeometry) {
    this.geometry = geometry;
    this.#full = 2 ** geometry.size - 1;
    // A cell is pending at most twice: once forced by its peers, once by its unit.
    this.#pending = new Int32Array(2 * geometry.cells + 1);
  }

  /** Searches the solutions of a grid: digits in range, 0 for blank. */
  search(grid: ArrayLike<number>, options: SudokuSearchOptions = {}): SudokuSearchResult {
    this.#options = options;
    this.#result = { solutions: 0, answer: undefined, guesses: 0, complete: true };
    const candidates = this.#level(0);
    this.#pendingCount = 0;
    for (let cell = 0; cell < this.geometry.cells; cell++) {
      const digit = grid[cell]!;
      candidates[cell] = digit === 0 ? this.#full : 1 << (digit - 1);
      if (digit !== 0) this.#pending[this.#pendingCount++] = cell;
    }
    if (options.forbid) candidates[options.forbid.cell]! &= ~(1 << (options.forbid.digit - 1));
    if (this.#propagate(candidates)) this.#descend(0);
    return this.#result;
  }

  #level(depth: number): Int32Array {
    return (this.#levels[depth] ??= new Int32Array(this.geometry.cells));
  }

  /** Places all singles. Returns false if a cell has no candidate, or a digit has no place in a unit. */
  #propagate(candidates: Int32Array): boolean {
    do {
      if (!this.#placePending(candidates) || !this.#findHiddenSingles(candidates)) {
        this.#pendingCount = 0;
        return false;
      }
    } while (this.#pendingCount > 0);
    return true;
  }

  #placePending(candidates: Int32Array): boolean {
    const { peers, peersPerCell } = this.geometry;
    const pending = this.#pending;
    while (this.#pendingCount > 0) {
      const cell = pending[--this.#pendingCount]!;
      const digit = candidates[cell]!;
      if (digit & PLACED) continue;
      candidates[cell] = digit | PLACED;
      const end = (cell + 1) * peersPerCell;
      for (let index = end - peersPerCell; index < end; index++) {
        const peer = peers[index]!;
        const before = candidates[peer]!;
        if ((before & digit) === 0) continue;
        const after = before ^ digit;
        if ((after & DIGITS) === 0) return false;
        candidates[peer] = after;
        if ((after & (after - 1)) === 0) pending[this.#pendingCount++] = peer;
      }
    }
    return true;
  }

  #findHiddenSingles(candidates: Int32Array): boolean {
    const { units, size } = this.geometry;
    for (let start = 0; start < units.length; start += size) {
      let once = 0;
      let twice = 0;
      let placed = 0;
      for (let index = start; index < start + size; index++) {
        const mask = candidates[units[index]!]!;
        twice |= once & mask;
        once |= mask;
        if (mask & PLACED) placed |= mask;
      }
      if ((once & DIGITS) !== this.#full) return false;
      const hidden = once & ~twice & ~placed & DIGITS;
      if (hidden === 0) continue;
      for (let index = start; index < start + size; index++) {
        const cell = units[index]!;
        const mask = candidates[cell]!;
        const digit = mask & hidden;
        if (digit === 0 || digit === mask) continue;
        if (digit & (digit - 1)) return false;
        candidates[cell] = digit;
        this.#pending[this.#pendingCount++] = cell;
      }
    }
    return true;
  }

  /** Finds the open cell with the fewest candidates; -1 if all cells are placed. */
  #mostConstrained(candidates: Int32Array): number {
    let best = -1;
    let fewest = 17;
    for (let cell = 0; cell < candidates.length; cell++) {
      const mask = candidates[cell]!;
      if (mask & PLACED) continue;
      const count = countBits(mask);
      if (count >= fewest) continue;
      best = cell;
      if (count === 2) break;
      fewest = count;
    }
    return best;
  }

  /** Searches from a level. Returns true to stop: enough solutions, or too many guesses. */
  #descend(depth: number): boolean {
    const candidates = this.#level(depth);
    const cell = this.#mostConstrained(candidates);
    const result = this.#result;
    if (cell < 0) {
      if (result.solutions < 2) {
        const digits = Uint8Array.from(candidates, (mask) => 32 - Math.clz32(mask & DIGITS));
        if (result.answer) result.another = digits;
        else result.answer = digits;
      }
      return ++result.solutions >= (this.#options.limit ?? 1);
    }
    const next = this.#level(depth + 1);
    for (const digit of this.#guesses(candidates[cell]!)) {
      if (result.guesses >= (this.#options.maxGuesses ?? Infinity)) {
        result.complete = false;
        return true;
      }
      result.guesses++;
      next.set(candidates);
      next[cell] = digit;
      this.#pending[this.#pendingCount++] = cell;
      if (this.#propagate(next) && this.#descend(depth + 1)) return true;
    }
    return false;
  }

  #guesses(mask: number): number[] {
    const digits: number[] = [];
    for (let rest = mask; rest !== 0; rest &= rest - 1) digits.push(rest & -rest);
    return this.#options.random ? this.#options.random.shuffle(digits) : digits;
  }
}
