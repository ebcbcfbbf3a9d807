import type { Task } from '@hrm/data';
import type { RandomStream } from '@hrm/layers';
import { expectOptions, expectShare } from '@hrm/layers/internal';

/** What a search knows of its task. */
export type SearchedTask = Pick<Task, 'verify' | 'conflicts'> & { openToken: number };

/** Options of {@link searchBranch}. */
export interface SearchBranchOptions {
  task: SearchedTask;
  /** Cells with a token of at least this probability are committed. Default 0.98. */
  sure?: number;
  /** Tokens below this probability are not guessed. Default 0.001. */
  least?: number;
  /** The model sees a conflict where the token that a cell holds has a lower probability. Default 0.1. */
  doubt?: number;
  /** Draws cells and tokens of the guesses. Undefined: the surest ones are guessed. */
  random?: RandomStream | undefined;
}

/** What a step of a branch did: it found the answer, went on, turned back, or has nothing left to try. */
export type SearchStep = 'solved' | 'went on' | 'turned back' | 'exhausted';

/** A branch of a search. */
export interface SearchBranch {
  /** The question with all that has been committed and guessed. */
  readonly question: Int32Array;
  /** The answer that the last step found most likely. */
  readonly answer: Int32Array;
  /** Guesses made, and taken back. */
  readonly guesses: number;
  readonly turnedBack: number;
  /** Goes on by one step. @param probabilities of the tokens of each cell of `question`, `[seqLen * vocab]`. */
  advance(probabilities: Float32Array): SearchStep;
}

/** A guess, and what is needed to take it back. */
interface Guess {
  before: Int32Array;
  cell: number;
  /** The probabilities of the cell's tokens; 0 for those that have been tried. */
  tokens: Float32Array;
}

/**
 * A branch of a guided search, without a model: each step gets the probabilities of the tokens. It commits the sure
 * cells, then guesses an open one. Where it sees a conflict, it takes the last guess back, with all that has been
 * committed since, and guesses the next token of that cell; if there is none, it goes back further. Conflicts are
 * `task.conflicts`, a full question that `task.verify` refuses, an open cell in which nothing is likely, and a filled
 * cell whose token the model doubts.
 *
 * So the control of a search is this same function with other probabilities, such as those of plain constraint
 * propagation: one over the number of tokens that are possible.
 *
 * Source: after lattice deduction, arXiv 2605.08605, which searches by the model's own deductions and guesses.
 *
 * @throws TypeError, RangeError for wrong options.
 */
export function searchBranch(given: ArrayLike<number>, options: SearchBranchOptions): SearchBranch {
  expectOptions('searchBranch', options, ['task', 'sure', 'least', 'doubt', 'random']);
  const { task, sure = 0.98, least = 1e-3, doubt = 0.1, random } = options;
  expectShare('searchBranch', { sure, least, doubt });
  const { openToken } = task;
  const start = Int32Array.from(given);
  let question = start;
  let answer = start;
  const trail: Guess[] = [];
  let [guesses, turnedBack] = [0, 0];

  const isOpen = (cell: number) => question[cell] === openToken;
  const likeliest = (tokens: Float32Array) => tokens.reduce((best, p, token) => (p > tokens[best]! ? token : best), 0);
  const draw = (tokens: Float32Array): number => {
    if (!random) return likeliest(tokens);
    let left = random.uniform() * tokens.reduce((sum, p) => sum + p, 0);
    const drawn = tokens.findIndex((p) => (left -= p) < 0);
    return drawn < 0 ? likeliest(tokens) : drawn;
  };
  const hasConflict = () => (task.conflicts?.(question).length ?? 0) > 0;

  /** Guesses the next token of the last guess's cell; goes back further while there is none. */
  const guessNext = (): SearchStep => {
    for (let last = trail.at(-1); last; last = trail.at(-1)) {
      const token = draw(last.tokens);
      if (last.tokens[token]! < least) {
        trail.pop();
        continue;
      }
      last.tokens[token] = 0;
      question = last.before.with(last.cell, token);
      guesses++;
      if (!hasConflict()) return 'went on';
      turnedBack++;
    }
    return 'exhausted';
  };
  const turnBack = (): SearchStep => {
    turnedBack++;
    return guessNext() === 'exhausted' ? 'exhausted' : 'turned back';
  };

  return {
    get question() {
      return question;
    },
    get answer() {
      return answer;
    },
    get guesses() {
      return guesses;
    },
    get turnedBack() {
      return turnedBack;
    },
    advance(probabilities) {
      const vocab = probabilities.length / start.length;
      const tokensOf = (cell: number) => probabilities.subarray(cell * vocab, (cell + 1) * vocab);
      const cells = Array.from(question.keys());
      const open = cells.filter(isOpen).map((cell) => {
        const tokens = tokensOf(cell);
        const token = likeliest(tokens);
        return { cell, tokens, token, sureness: tokens[token]! };
      });
      answer = question.slice();
      for (const { cell, token } of open) answer[cell] = token;
      if (task.verify?.(start, answer).valid) return 'solved';

      const isDoubted = (cell: number) => start[cell] === openToken && tokensOf(cell)[question[cell]!]! < doubt;
      if (open.some(({ sureness }) => sureness < least)) return turnBack();
      if (cells.some((cell) => !isOpen(cell) && isDoubted(cell))) return turnBack();
      question = question.slice();
      for (const { cell, token, sureness } of open) if (sureness >= sure) question[cell] = token;
      const unsure = open.filter(({ sureness }) => sureness < sure);
      if (unsure.length === 0) return task.verify || hasConflict() ? turnBack() : 'solved';
      if (hasConflict()) return turnBack();

      const surest = () => unsure.reduce((best, next) => (next.sureness > best.sureness ? next : best));
      const { cell, tokens } = random ? unsure[random.integer(0, unsure.length)]! : surest();
      const depth = trail.push({ before: question, cell, tokens: tokens.slice() });
      const step = guessNext();
      return step === 'went on' && trail.length < depth ? 'turned back' : step;
    },
  };
}
