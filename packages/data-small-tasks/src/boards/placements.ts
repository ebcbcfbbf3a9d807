/** Tokens of a board. */
export const [BLANK, QUEEN, EMPTY] = [1, 2, 3];

/** The numbers from 0 to length - 1. */
export const range = (length: number) => Array.from({ length }, (_, k) => k);

/** The squares of a row that may have a queen, as bits. */
function openSquares(question: ArrayLike<number>, size: number, row: number): number {
  let [blank, queens] = [0, 0];
  for (let column = 0; column < size; column++) {
    const token = question[row * size + column];
    if (token === QUEEN) queens |= 1 << column;
    else if (token === BLANK) blank |= 1 << column;
  }
  const isOne = (queens & (queens - 1)) === 0;
  return queens === 0 ? blank : isOne ? queens : 0;
}

const countBits = (bits: number): number => (bits === 0 ? 0 : 1 + countBits(bits & (bits - 1)));

/** Finds placements, at most `limit`. Tries the columns of each row in the given order. */
export function placements(
  question: ArrayLike<number>,
  size: number,
  limit: number,
  order: ArrayLike<number>[],
): Int32Array[] {
  const open = range(size).map((row) => openSquares(question, size, row));
  const rows = range(size).sort((a, b) => countBits(open[a]!) - countBits(open[b]!));
  const found: Int32Array[] = [];
  const placed = new Int32Array(size);
  // Bits of the columns and diagonals that have a queen.
  const place = (index: number, columns: number, rising: number, falling: number): void => {
    if (index === size) {
      const board = new Int32Array(size * size).fill(EMPTY);
      placed.forEach((column, row) => (board[row * size + column] = QUEEN));
      found.push(board);
      return;
    }
    const row = rows[index]!;
    const free = open[row]! & ~(columns | (rising >> row) | (falling >> (size - row)));
    for (let k = 0; k < size && found.length < limit; k++) {
      const column = order[row]![k]!;
      if (((free >> column) & 1) === 0) continue;
      placed[row] = column;
      place(index + 1, columns | (1 << column), rising | (1 << (column + row)), falling | (1 << (column + size - row)));
    }
  };
  place(0, 0, 0, 0);
  return found;
}
