/**
 * Checks of answers that share no code with the package: they read the text of question and answer, and try all
 * answers where the package searches.
 */

/** Whether an answer is right. */
export type Check = (question: string, answer: string) => boolean;

const product = <T>(values: readonly T[], length: number): T[][] =>
  length === 0 ? [[]] : product(values, length - 1).flatMap((rest) => values.map((value) => [...rest, value]));

const permutations = <T>(values: readonly T[]): T[][] =>
  values.length === 0
    ? [[]]
    : values.flatMap((value, k) =>
        permutations(values.filter((_, other) => other !== k)).map((rest) => [value, ...rest]),
      );

/** Whether one text agrees with another but for blanks. */
export const agrees = (question: string, answer: string, blank = '.') =>
  question.length === answer.length && [...question].every((character, k) => [blank, answer[k]].includes(character));

export const isSum: Check = (question, answer) => {
  const [a, b] = question.split('+').map(Number);
  return answer.length === question.length && Number(answer) === a! + b!;
};

export const isSorted: Check = (question, answer) =>
  [...answer].every((character, k) => k === 0 || answer[k - 1]! <= character) &&
  [...new Set(question + answer)].every((value) => question.split(value).length === answer.split(value).length);

export const isParity: Check = (question, answer) =>
  question.length === answer.length &&
  [...answer].every((bit, k) => Number(bit) === question.slice(0, k + 1).replaceAll('0', '').length % 2);

export const isDyck: Check = (question, answer) => {
  if (!agrees(question, answer, '?')) return false;
  let rest = answer;
  for (let length = -1; length !== rest.length;) {
    length = rest.length;
    rest = rest.replaceAll(/\(\)|\[\]|\{\}|<>/g, '');
  }
  return rest === '';
};

export const isCountdown: Check = (question, answer) => {
  const [numbers, target] = question.split('=');
  if (answer.replaceAll(/\D/g, '').split('').sort().join() !== numbers!.split('').sort().join()) return false;
  // In fractions of whole numbers, which JavaScript works out exactly here.
  let text = answer;
  for (let match; (match = /^(\d+)([-+*/])(\d)/.exec(text));) {
    const [whole, left, operator, right] = match;
    const value = Function(`return ${left} ${operator} ${right}`)() as number;
    if (!Number.isInteger(value) || value < 1) return false;
    text = value + text.slice(whole.length);
  }
  return text === String(Number(target));
};

/** All placements of queens, by trying all permutations. */
export function queensAnswers(size: number): string[] {
  const columns = Array.from({ length: size }, (_, column) => column);
  return permutations(columns)
    .filter((queens) => new Set(queens.map((column, row) => column + row)).size === size)
    .filter((queens) => new Set(queens.map((column, row) => column - row)).size === size)
    .map((queens) => queens.map((queen) => columns.map((column) => (column === queen ? 'Q' : 'x')).join('')).join(' '));
}

/** All colourings of a graph, by trying all colours of all vertices. */
export function coloringAnswers(question: string, colors: string): string[] {
  const rows = question.split(' ');
  return product([...colors], rows.length)
    .filter((chosen) =>
      rows.every((row, a) => [...row].every((cell, b) => a === b || cell !== '#' || chosen[a] !== chosen[b])),
    )
    .map((chosen) => rows.map((row, k) => row.slice(0, k) + chosen[k] + row.slice(k + 1)).join(' '))
    .filter((answer) => agrees(question, answer));
}

/** One step of the Game of Life, on a board of `true` and `false`. */
export function lifeStep(board: boolean[][]): boolean[][] {
  return board.map((row, y) =>
    row.map((alive, x) => {
      let neighbours = 0;
      for (const [dy, dx] of product([-1, 0, 1], 2)) {
        if ((dy !== 0 || dx !== 0) && board[y + dy!]?.[x + dx!]) neighbours++;
      }
      return neighbours === 3 || (alive && neighbours === 2);
    }),
  );
}

/** The answers of all questions without known pasts, by trying all boards. */
export function lifeAnswers(size: number): Map<string, string[]> {
  const answers = new Map<string, string[]>();
  for (let bits = 0; bits < 2 ** (size * size); bits++) {
    const before = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (_, x) => Math.floor(bits / 2 ** (y * size + x)) % 2 === 1),
    );
    const after = lifeStep(before);
    const text = (symbol: (was: boolean, is: boolean) => string) =>
      before.map((row, y) => row.map((was, x) => symbol(was, after[y]![x]!)).join('')).join(' ');
    const question = text((_, is) => (is ? '#' : '.'));
    const answer = text((was, is) => (was ? (is ? '@' : 'o') : is ? '+' : '-'));
    answers.set(question, [...(answers.get(question) ?? []), answer]);
  }
  return answers;
}

/** The answers that agree with the known pasts of a question. */
export function lifeAnswersOf(question: string, all: Map<string, string[]>): string[] {
  const now = question.replaceAll(/[-o]/g, '.').replaceAll(/[+@]/g, '#');
  return (all.get(now) ?? []).filter((answer) =>
    [...question].every((cell, k) => cell === '.' || cell === '#' || cell === answer[k]),
  );
}
