import { defineTask, expectTaskOptions, invalid, type Task, VALID } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { drawBoard } from './draw-board';
import { changedCells, countAnswers, revealUntilOneAnswer } from './one-answer';
import { squareSymmetries } from './square-symmetries';

const SYMBOLS = '.Qx';
const [BLANK, QUEEN, EMPTY] = [1, 2, 3];

const range = (length: number) => Array.from({ length }, (_, k) => k);

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
function placements(
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

/**
 * N queens: as many queens as the board has rows, and none attacks another. In the question some squares are known to
 * have a queen (`Q`) or none (`x`); the others are blank (`.`). `verify` accepts every placement that agrees with these;
 * generated questions have only one. To complete such a board is NP-complete: larger boards need more search.
 *
 * Up to symmetry, boards of 4x4 and 6x6 have only 2 and 489 different questions, those of 8x8 more than 100,000.
 *
 * @param options `size` of the board, 4 to 12, default 8.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { queensTask } from '@hrm/data-small-tasks';
 *
 * const queens = queensTask({ size: 4 });
 * const question = queens.encode('.Q.. .... .... ....');
 * const { answer } = queens.examine(question);
 * console.log(queens.draw(question, { prediction: answer }));
 * ```
 */
export function queensTask(options: { size?: number } = {}): Task {
  const { size, ...unknown } = { size: 8, ...options };
  expectTaskOptions('queens', { size, ...unknown }, { size: [4, 12] });
  const board = fixedText({ alphabet: SYMBOLS, length: size ** 2, columns: size, expected: `${size ** 2} squares` });
  const inOrder = range(size).map(() => range(size));
  const solve = (question: ArrayLike<number>, limit: number) => placements(question, size, limit, inOrder);
  const verify: Task['verify'] = (question, answer) => {
    const changed = changedCells(question, answer, (token) => token === BLANK, [QUEEN, EMPTY]);
    if (changed.length > 0) return invalid('leaves a square open, or changes one of the question', changed);
    const queens = range(size * size).filter((cell) => answer[cell] === QUEEN);
    const attacks = (a: number, b: number) => {
      const [down, right] = [Math.abs(Math.floor(a / size) - Math.floor(b / size)), Math.abs((a % size) - (b % size))];
      return a !== b && (down === 0 || right === 0 || down === right);
    };
    const wrong = queens.filter((a) => queens.some((b) => attacks(a, b)));
    if (wrong.length > 0) return invalid('queens attack each other', wrong);
    return queens.length === size ? VALID : invalid(`has ${queens.length} queens, not ${size}`);
  };
  return defineTask({
    ...board,
    ...squareSymmetries(size),
    name: `${size} queens`,
    draw: (question, { prediction, color }) =>
      drawBoard(
        Array.from(prediction ?? question, (token) => SYMBOLS[token - 1] ?? '?'),
        { columns: size, wrong: prediction && verify(question, prediction).wrongCells, color },
      ),
    verify,
    examine: (question) => countAnswers(question, solve),
    generate: (random) => {
      const blank = new Int32Array(size * size).fill(BLANK);
      const shuffled = inOrder.map(() => random.permutation(size));
      const [answer] = placements(blank, size, 1, shuffled);
      return { input: revealUntilOneAnswer({ blank, answer: answer!, solve, random }), output: answer! };
    },
  });
}
