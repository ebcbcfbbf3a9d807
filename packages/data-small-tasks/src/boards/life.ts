import { defineTask, invalid, type Task, VALID } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { drawBoard } from './draw-board';
import { countAnswers, revealUntilOneAnswer } from './one-answer';
import { rowsBefore } from './rows-before';
import { squareSymmetries } from './square-symmetries';

/** Tokens 1 and 2: cells whose past is not known. Tokens 3 to 6: cells whose past is known. */
const SYMBOLS = '.#-+o@';
const isOpen = (token: number) => token <= 2;
const isAlive = (token: number) => (token - 1) & 1;
const wasAlive = (token: number) => (token - 3) >> 1;
const known = (was: number, is: number) => 3 + 2 * was + is;

/** The rows of a board as bits. */
function rowsOf(tokens: ArrayLike<number>, size: number, bit: (token: number) => number): number[] {
  return Array.from({ length: size }, (_, row) => {
    let bits = 0;
    for (let column = 0; column < size; column++) bits |= bit(tokens[row * size + column]!) << column;
    return bits;
  });
}

/**
 * Conway's Game of Life backwards: from a board (`.` dead, `#` alive) to the board one step before. Outside of the board
 * all cells are dead. In the answer a cell is `-` (was and is dead), `+` (was dead), `o` (was alive, is dead) or `@` (was
 * and is alive). The question may show some of these. `verify` accepts every past that becomes the board; generated
 * questions have only one. To find it is a search in which neighbours depend on each other.
 *
 * Up to symmetry, boards of 3x3 have 1,017 different questions, those of 5x5 more than 100,000.
 *
 * @param options `size` of the board, 3 to 6, default 5.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { lifeTask } from '@hrm/data-small-tasks';
 *
 * const life = lifeTask({ size: 3 });
 * const question = life.encode('.#. .#. .#.');
 * console.log(life.examine(question).note); // several answers are right
 * console.log(life.verify!(question, life.encode('-+- o@o -+-')).valid); // true: three in a row
 * ```
 */
export function lifeTask(options: { size?: number } = {}): Task {
  const { size } = withDefaults('life', options);
  const board = fixedText({ alphabet: SYMBOLS, length: size ** 2, columns: size, expected: `${size ** 2} cells` });
  const before = rowsBefore(size);
  const boardOf = (was: readonly number[], is: readonly number[]) =>
    Int32Array.from({ length: size * size }, (_, cell) => {
      const [row, column] = [Math.floor(cell / size), cell % size];
      return known((was[row]! >> column) & 1, (is[row]! >> column) & 1);
    });
  const solve = (question: ArrayLike<number>, limit: number) => {
    const is = rowsOf(question, size, isAlive);
    const mask = rowsOf(question, size, (token) => (isOpen(token) ? 0 : 1));
    const was = rowsOf(question, size, (token) => (isOpen(token) ? 0 : wasAlive(token)));
    return before.find({ is, mask, was }, limit).map((rows) => boardOf(rows, is));
  };
  const verify: Task['verify'] = (question, answer) => {
    const changed = [...Array.from(question).keys()].filter((cell) => {
      const [asked, given] = [question[cell]!, answer[cell] ?? 0];
      return isOpen(asked) ? isOpen(given) || isAlive(given) !== isAlive(asked) : given !== asked;
    });
    if (changed.length > 0) return invalid('leaves a cell open, or changes the question', changed);
    const next = before.next(rowsOf(answer, size, wasAlive));
    const wrong = [...Array.from(answer).keys()].filter(
      (cell) => ((next[Math.floor(cell / size)]! >> (cell % size)) & 1) !== isAlive(answer[cell]!),
    );
    return wrong.length === 0 ? VALID : invalid('does not become the board of the question', wrong);
  };
  return defineTask({
    ...board,
    ...squareSymmetries(size),
    name: `Game of Life backwards, ${size}x${size}`,
    draw: (question, { prediction, color }) => {
      const shown = Array.from(prediction ?? question);
      const wrong = prediction && verify(question, prediction).wrongCells;
      const past = shown.map((token) => (isOpen(token) ? '?' : wasAlive(token) ? '#' : '.'));
      const now = Array.from(question, (token) => (isAlive(token) ? '#' : '.'));
      const left = drawBoard(past, { columns: size });
      const right = drawBoard(now, { columns: size, wrong, color }).split('\n');
      return left
        .split('\n')
        .map((row, index) => `${row.padEnd(2 * size)} ${index === size >> 1 ? '→' : ' '}  ${right[index]}`)
        .join('\n');
    },
    verify,
    examine: (question) => countAnswers(question, solve),
    generate: (random) => {
      const was = Array.from({ length: size }, () => random.integer(2 ** size));
      const answer = boardOf(was, before.next(was));
      const blank = answer.map((token) => 1 + isAlive(token));
      return { input: revealUntilOneAnswer({ blank, answer, solve, random }), output: answer };
    },
  });
}
