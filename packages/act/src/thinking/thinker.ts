import { uncompiled, type Compile } from '@hrm/layers';
import { expectIterable, expectOptions, throwIfAborted } from '@hrm/layers/internal';
import { CompiledSegment } from '../inference/compiled-segment';
import { expectPuzzle, type Puzzle } from '../inference/puzzle';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { beginBranch, expectSearchOptions, type SearchAttempt, type SearchOptions } from './guided-search';
import { runAttempts } from './run-attempts';
import type { Attempt, Thought } from './thought';
import { beginTry, expectThinkingOptions, expectTriesOptions, type TriesOptions } from './tries';

/** Options of {@link thinker}. */
export interface ThinkerOptions {
  /** Compiles the segment, as that of a `Solver`. Default: the segment runs uncompiled. */
  compile?: Compile;
}

/** More thought at test time than one pass, by any model. Made by {@link thinker}. */
export interface Thinker {
  /**
   * Tries each puzzle several times, from different starts, with noise, or in symmetric forms, and chooses an answer.
   *
   * @param puzzles read at once.
   * @returns the thoughts, in the order of the puzzles.
   * @throws TypeError, RangeError for wrong puzzles and options; what `task` throws; the reason of an aborted signal.
   */
  tries(puzzles: Iterable<Puzzle>, options?: TriesOptions): AsyncGenerator<Thought, void, undefined>;
  /**
   * Searches for the answer: it commits the cells that the model is sure of, guesses another by the model's own
   * probabilities, lets the model go on from there, and turns back at a conflict.
   *
   * A search finds answers even with a poor model. So show its figures as those of a search, next to those of the same
   * search with an untrained model and with plain constraint propagation (`searchBranch` with other probabilities).
   *
   * @throws as {@link Thinker.tries}; RangeError for a task without `openToken`.
   */
  search(puzzles: Iterable<Puzzle>, options: SearchOptions): AsyncGenerator<Thought<SearchAttempt>, void, undefined>;
  /** Frees the compiled segment, after the last unfinished thought. The network keeps its parameters. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a thinker: it spends more segments on a puzzle than one pass, in tries or a search. Segments of several tries
 * and puzzles run side by side in one batch. `modelCalls` counts the cost: segments times slots. One segment applies
 * f_L and f_H as often as the schedule says.
 *
 * Sources: tries with noise, chosen by the halt value: PTRM, arXiv 2605.19943; random starts, and more segments than in
 * training: EqR, arXiv 2605.21488; search by the model's own deductions: lattice deduction, arXiv 2605.08605.
 *
 * @throws TypeError, RangeError for wrong options.
 *
 * @example
 * ```ts
 * import { invalid, VALID } from '@hrm/data';
 * import { hrm, thinker } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const thinking = thinker(model); // or: thinker(model, { compile }) with compile of @hrm/runtime
 * // The answer is the question; token 1 is a cell that is not known.
 * const task = {
 *   openToken: 1,
 *   verify: (_question: ArrayLike<number>, answer: ArrayLike<number>) =>
 *     Array.from(answer).join() === '2,3,2' ? VALID : invalid('not 2, 3, 2'),
 * };
 * for await (const { answer, chosenBy, tries, modelCalls } of thinking.tries([[2, 1, 2]], { task, tries: 4 })) {
 *   console.log(answer, chosenBy, tries, modelCalls);
 * }
 * for await (const { verified, modelCalls } of thinking.search([[2, 1, 2]], { task, segmentsPerStep: 2 })) {
 *   console.log(verified, modelCalls);
 * }
 * thinking.dispose();
 * ```
 */
export function thinker(network: ReasoningNetwork, options: ThinkerOptions = {}): Thinker {
  expectOptions('thinker', options, ['compile']);
  const { compile = uncompiled } = options;
  const segment = new CompiledSegment('thinker', network, { compile, withLogits: true });
  const check = async (puzzles: Iterable<Puzzle>, signal: AbortSignal | undefined) => {
    segment.expectNotDisposed();
    expectIterable('thinker: puzzles', puzzles, 'a list of puzzles');
    const checked = Array.from(puzzles, (puzzle, index) => expectPuzzle(`thinker: puzzle ${index}`, puzzle, network));
    await throwIfAborted('thinker', signal);
    return checked;
  };
  const dispose = () => segment.dispose();
  return {
    async *tries(puzzles, options = {}) {
      const how = expectTriesOptions(network, options);
      const shared = expectThinkingOptions('thinker: tries', options);
      const checked = await check(puzzles, options.signal);
      const thoughts = runAttempts<Attempt>(network, segment.step, checked, {
        ...shared,
        tries: how.tries,
        chooseBy: how.chooseBy,
        begin: (puzzle, index, random) => beginTry(network, how, puzzle, index, random),
      });
      yield* segment.keepFor(thoughts);
    },
    async *search(puzzles, options) {
      const how = expectSearchOptions(options);
      const shared = expectThinkingOptions('thinker: search', options);
      const checked = await check(puzzles, options.signal);
      const thoughts = runAttempts<SearchAttempt>(network, segment.step, checked, {
        ...shared,
        tries: how.branches,
        chooseBy: how.task.verify ? 'verify' : 'agreement',
        begin: (puzzle, index, random) => beginBranch(network, how, puzzle, index, random),
      });
      yield* segment.keepFor(thoughts);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
