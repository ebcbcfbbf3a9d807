import { defineTask, invalid, type Task, VALID } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { drawSymbols } from './draw-board';
import { changedCells, countAnswers, revealUntilOneAnswer } from './one-answer';
import { BLANK, EMPTY, placements, QUEEN, range } from './placements';
import { squareSymmetries } from './square-symmetries';

const SYMBOLS = '.Qx';

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
  const { size } = withDefaults('queens', options);
  const board = fixedText({ alphabet: SYMBOLS, length: size ** 2, columns: size, expected: `${size ** 2} squares` });
  const inOrder = range(size).map(() => range(size));
  const solve = (question: ArrayLike<number>, limit: number) => placements(question, size, limit, inOrder);
  const verify: NonNullable<Task['verify']> = (question, answer) => {
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
    draw: drawSymbols(SYMBOLS, size, verify),
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
