import type { RandomStream } from '@hrm/layers';
import {
  expectChoice,
  expectNotNegative,
  expectOptions,
  expectPart,
  expectShare,
  expectSizes,
} from '@hrm/layers/internal';
import type { PuzzleWithIdentifier } from '../inference/puzzle';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { drawLatentNoise, latentSize } from './latent-noise';
import type { AttemptLine } from './run-attempts';
import { searchBranch, type SearchedTask } from './search-branch';
import type { Attempt } from './thought';
import { tokenProbabilities, type ProbabilityKind } from './token-probabilities';
import { THINKING_OPTIONS, type ThinkingOptions } from './tries';

/** Options of `Thinker.search`. */
export interface SearchOptions extends ThinkingOptions {
  /** What is known of the puzzles. It needs `openToken`; with `verify` and `conflicts` the search knows when to stop. */
  task: NonNullable<ThinkingOptions['task']>;
  /**
   * The most branches at each puzzle, side by side. The first starts at the initial latents and guesses what is surest;
   * the others start with noise and draw their guesses. Default 4.
   */
  branches?: number;
  /** The most segments of each branch. Default 256. */
  segments?: number;
  /** Segments before each step of the search, which commits and guesses. Default 8. */
  segmentsPerStep?: number;
  /**
   * Whether the carry is kept when a step has filled in cells. After turning back, a branch always starts anew. Default
   * `'kept'`.
   */
  carry?: 'kept' | 'anew';
  /** Cells with a token of at least this probability are committed. Default 0.98. */
  sure?: number;
  /** Tokens below this probability are not guessed. Default 0.001. */
  least?: number;
  /** The model sees a conflict where it gives the token of a filled cell a lower probability. Default 0.1. */
  doubt?: number;
  /** How logits become probabilities: as in the loss of the training. Default `'stablemax'`. */
  probabilities?: ProbabilityKind;
  /** The standard deviation of the noise that branches but the first start with. Default 1. */
  startNoise?: number;
}

/** A branch of a search. `verified` is undefined if the task cannot verify. */
export interface SearchAttempt extends Attempt {
  /** Guesses made, and conflicts at which one was taken back. */
  guesses: number;
  turnedBack: number;
  /** How often it had nothing left to try, and began anew with other draws. */
  restarts: number;
}

const OPTIONS = [
  ...THINKING_OPTIONS,
  ...['branches', 'segments', 'segmentsPerStep', 'carry', 'sure', 'least', 'doubt', 'probabilities', 'startNoise'],
];

/** Checks options of a search, and fills in their defaults. */
export function expectSearchOptions(options: SearchOptions) {
  const owner = 'thinker: search';
  expectOptions(owner, options, OPTIONS);
  const { task, branches = 4, segments = 256, segmentsPerStep = 8, carry = 'kept', startNoise = 1 } = options;
  const { sure = 0.98, least = 1e-3, doubt = 0.1, probabilities = 'stablemax' } = options;
  expectSizes(owner, { branches, segments, segmentsPerStep });
  expectChoice(owner, { carry }, ['kept', 'anew']);
  expectChoice(owner, { probabilities }, ['stablemax', 'softmax']);
  expectShare(owner, { sure, least, doubt });
  expectNotNegative(owner, { startNoise });
  expectPart(`${owner}: task`, task, []);
  if (task.openToken === undefined) {
    throw new RangeError(
      `${owner}: the task has no openToken, so a part of an answer cannot be given to the model; try it several times ` +
        'instead, with tries()',
    );
  }
  const searched: SearchedTask = { ...task, openToken: task.openToken };
  return { task: searched, branches, segments, segmentsPerStep, carry, startNoise, sure, least, doubt, probabilities };
}

/** Begins a branch of a search. That of index 0 starts at the initial latents and guesses what is surest. */
export function beginBranch(
  network: ReasoningNetwork,
  { task, segments, segmentsPerStep, carry, probabilities, ...options }: ReturnType<typeof expectSearchOptions>,
  puzzle: Required<PuzzleWithIdentifier>,
  index: number,
  random: RandomStream,
): AttemptLine<SearchAttempt> {
  const isPlain = () => index === 0 && attempt.restarts === 0;
  const { sure, least, doubt, startNoise } = options;
  const branchOf = (isDrawn: boolean) =>
    searchBranch(puzzle.inputs, { task, sure, least, doubt, random: isDrawn ? random : undefined });
  const attempt: SearchAttempt = {
    answer: new Int32Array(network.seqLen),
    segments: 0,
    haltValue: undefined,
    verified: task.verify ? false : undefined,
    stopped: false,
    guesses: 0,
    turnedBack: 0,
    restarts: 0,
  };
  const allowed = (token: number) => token > 0 && token !== task.openToken;
  let branch = branchOf(index > 0);
  let earlier = { guesses: 0, turnedBack: 0 };
  let answered: Int32Array | undefined;
  return {
    attempt,
    puzzle,
    startsFrom: 'initial',
    readsLogits: true,
    noise: (isStart) =>
      isStart && !isPlain() && startNoise > 0 ? drawLatentNoise(random, latentSize(network), startNoise) : undefined,
    next({ answer, haltLogits, logits }) {
      attempt.segments++;
      attempt.haltValue = haltLogits['halt'];
      if (answer.some((token, cell) => token !== answered?.[cell])) {
        answered = answer;
        attempt.answer = answer;
        if (task.verify?.(puzzle.inputs, answer).valid) {
          attempt.verified = true;
          return 'end';
        }
      }
      const isLast = attempt.segments >= segments;
      if (attempt.segments % segmentsPerStep !== 0) return isLast ? 'end' : 'go on';
      const vocab = logits!.length / network.seqLen;
      const step = branch.advance(tokenProbabilities(logits!, vocab, { kind: probabilities, allowed }));
      attempt.guesses = earlier.guesses + branch.guesses;
      attempt.turnedBack = earlier.turnedBack + branch.turnedBack;
      attempt.answer = branch.answer;
      if (step === 'solved') {
        attempt.verified = task.verify ? true : undefined;
        return 'end';
      }
      if (isLast) return 'end';
      if (step === 'exhausted') {
        attempt.restarts++;
        earlier = { guesses: attempt.guesses, turnedBack: attempt.turnedBack };
        branch = branchOf(true);
      }
      return { inputs: branch.question.slice(), anew: carry === 'anew' || step !== 'went on' };
    },
  };
}
