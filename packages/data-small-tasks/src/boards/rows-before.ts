/** A question of the Game of Life backwards, in rows of bits: what is alive, and what was where the past is known. */
interface PastQuestion {
  is: readonly number[];
  /** The cells whose past is known. */
  mask: readonly number[];
  was: readonly number[];
}

/** The middle one of three rows, one step later. Rows are bits. */
function nextRow(above: number, row: number, below: number, size: number): number {
  let next = 0;
  for (let x = 0; x < size; x++) {
    // The cell itself and its neighbours. It is alive next with 3 neighbours, or if it is alive and has 2.
    let alive = 0;
    for (const bits of [above << 1, row << 1, below << 1]) {
      alive += ((bits >> x) & 1) + ((bits >> (x + 1)) & 1) + ((bits >> (x + 2)) & 1);
    }
    if (alive === 3 || (alive === 4 && (row >> x) & 1)) next |= 1 << x;
  }
  return next;
}

/** The Game of Life on a board with dead surroundings: one step forwards, and all pasts of a board. */
export function rowsBefore(size: number): {
  next(rows: readonly number[]): number[];
  /** The pasts that lead to a board, at most `limit`. */
  find(question: PastQuestion, limit: number): number[][];
} {
  const rows = 2 ** size;
  /** For two rows and what the second becomes, all rows that may be below. */
  const below = Array.from({ length: rows ** 3 }, (): number[] => []);
  const keyOf = (above: number, row: number, next: number) => (above * rows + row) * rows + next;
  for (let above = 0; above < rows; above++) {
    for (let row = 0; row < rows; row++) {
      for (let last = 0; last < rows; last++) below[keyOf(above, row, nextRow(above, row, last, size))]!.push(last);
    }
  }
  const every = Array.from({ length: rows }, (_, bits) => bits);
  return {
    next: (board) => board.map((row, index) => nextRow(board[index - 1] ?? 0, row, board[index + 1] ?? 0, size)),
    find: ({ is, mask, was }, limit) => {
      const found: number[][] = [];
      const board: number[] = [];
      const extend = (index: number): void => {
        const candidates =
          index === 0 ? every : below[keyOf(board[index - 2] ?? 0, board[index - 1]!, is[index - 1]!)]!;
        if (index === size) {
          if (candidates.includes(0)) found.push(board.slice());
          return;
        }
        for (const row of candidates) {
          if ((row & mask[index]!) !== was[index]!) continue;
          board[index] = row;
          extend(index + 1);
          if (found.length >= limit) return;
        }
      };
      extend(0);
      return found;
    },
  };
}
