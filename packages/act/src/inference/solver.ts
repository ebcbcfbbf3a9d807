import { uncompiled, type Compile } from '@hrm/layers';
import { describeValue, expectIterable, expectOptions, expectSizes } from '@hrm/layers/internal';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { expectPuzzle, type Puzzle, type PuzzleWithIdentifier } from './puzzle';
import { halvedSizes } from './shrink-batch';
import { solutionOf, type Solution, type Thought } from './solution';
import { solvingStep, thinkTogether, type SolvingStep, type ThinkingOptions } from './think-together';

/** What a {@link Solver} is made with. */
export interface SolverOptions {
  /** Such as `compile` of `@hrm/runtime`; not used for a network that cannot be recorded. Default: run as it is. */
  compile?: Compile;
}

/** How long a puzzle is thought about. */
export interface SolveOptions {
  /**
   * `'halted'` stops when the controller does; `'end'` runs all segments, as the official evaluation does.
   * Default `'end'`.
   */
  until?: 'end' | 'halted';
  /**
   * Segments after which thinking ends, fewer or more than the model was trained on. More are run with `until: 'end'`
   * alone, because every controller halts at its last. Default: the controller's `maxSegments`.
   */
  segments?: number;
  /** Ends the work before the next segment, with the signal's reason as the error. */
  signal?: AbortSignal | undefined;
}

/** How many puzzles are solved. */
export interface SolveAllOptions extends SolveOptions {
  /** Puzzles that are thought about together. Default 64, or all of a shorter list. */
  batchSize?: number;
  /**
   * Sizes that a batch may shrink to as puzzles leave it, in any order; few, because a compiled step is recorded for
   * each. `[]` never shrinks it. Default: half the batch, a quarter, and so on down to 1.
   */
  bucketSizes?: readonly number[] | undefined;
  /** Called after each segment of each batch, for progress: puzzles that go on, and rows of the batch just computed. */
  onSegment?: ThinkingOptions['onSegment'];
}

const SOLVE_OPTIONS = ['until', 'segments', 'signal'] as const satisfies readonly (keyof SolveOptions)[];
const BATCH_OPTIONS = ['batchSize', 'bucketSizes', 'onSegment'] as const satisfies readonly (keyof SolveAllOptions)[];

type CheckedPuzzle = Required<PuzzleWithIdentifier>;

/**
 * Solves puzzles with any model. Made once, it compiles the model's segment once, and solves any number of puzzles with
 * it, several at a time.
 *
 * @example
 * ```ts
 * import { hrm, Solver } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const solver = new Solver(model); // or: new Solver(model, { compile }) with compile of @hrm/runtime
 * console.log((await solver.solve([1, 2, 3])).answer);
 * for await (const { segment, answer } of solver.stream([1, 2, 3], { until: 'halted' })) console.log(segment, answer);
 * for await (const { answer, segments } of solver.solveAll([[1, 2, 3], [3, 2, 1]])) console.log(answer, segments);
 * solver.dispose();
 * ```
 */
export class Solver {
  readonly #network: ReasoningNetwork;
  readonly #step: SolvingStep;
  #underWay = 0;
  #disposed = false;

  constructor(network: ReasoningNetwork, options: SolverOptions = {}) {
    expectOptions('Solver', options, ['compile']);
    const { compile = uncompiled } = options;
    this.#network = network;
    const step = solvingStep(network);
    this.#step = network.recordable === false ? step : compile(step);
  }

  /**
   * Solves a puzzle.
   *
   * @param puzzle its tokens, `[seqLen]`, or `{ inputs, puzzleIdentifier }`.
   * @throws TypeError, RangeError for what is no puzzle, a puzzle of another length, and tokens or a puzzle identifier
   *   that the network does not have; the reason of an aborted signal.
   */
  async solve(puzzle: Puzzle, options: SolveOptions = {}): Promise<Solution> {
    const thoughts: Thought[] = [];
    for await (const thought of this.stream(puzzle, options)) thoughts.push(thought);
    return solutionOf(thoughts);
  }

  /**
   * What the model has after each segment of a puzzle. It may be left at any time.
   *
   * @throws as {@link Solver.solve}.
   */
  async *stream(puzzle: Puzzle, options: SolveOptions = {}): AsyncGenerator<Thought, void, undefined> {
    expectOptions('Solver', options, SOLVE_OPTIONS);
    const thinking = this.#thinking(options, []);
    const checked = expectPuzzle('Solver', puzzle, this.#network);
    const thoughts = thinkTogether(this.#network, this.#step, [checked], thinking);
    for await (const [heard] of this.#countUnderWay(thoughts)) yield heard!.thought;
  }

  /**
   * Solves many puzzles, a batch at a time, and gives their solutions in order, those of a batch together. With
   * `until: 'halted'` a puzzle leaves its batch when the controller halts it, and the batch shrinks.
   *
   * @param puzzles read as they are needed, a batch ahead.
   * @throws as {@link Solver.solve}, naming the puzzle, counted from 0. The solutions of earlier batches have been given
   *   by then.
   */
  async *solveAll(
    puzzles: Iterable<Puzzle> | AsyncIterable<Puzzle>,
    options: SolveAllOptions = {},
  ): AsyncGenerator<Solution, void, undefined> {
    expectOptions('Solver', options, [...SOLVE_OPTIONS, ...BATCH_OPTIONS]);
    expectIterable('Solver: puzzles', puzzles, 'a list or a generator of puzzles');
    const { batchSize = Array.isArray(puzzles) ? Math.min(64, Math.max(1, puzzles.length)) : 64 } = options;
    expectSizes('Solver', { batchSize });
    const { bucketSizes = halvedSizes(batchSize), onSegment } = options;
    for (const size of bucketSizes) expectSizes('Solver', { 'a bucket size': size });
    const thinking = { ...this.#thinking(options, [batchSize, ...bucketSizes]), onSegment };
    yield* this.#countUnderWay(this.#solveBatches(puzzles, batchSize, thinking));
  }

  async *#solveBatches(
    puzzles: Iterable<Puzzle> | AsyncIterable<Puzzle>,
    batchSize: number,
    thinking: ThinkingOptions,
  ): AsyncGenerator<Solution, void, undefined> {
    const solveBatch = async (batch: readonly CheckedPuzzle[]): Promise<Solution[]> => {
      const thoughts = batch.map((): Thought[] => []);
      for await (const heard of thinkTogether(this.#network, this.#step, batch, thinking)) {
        for (const { place, thought } of heard) thoughts[place]!.push(thought);
      }
      return thoughts.map(solutionOf);
    };
    let [batch, count]: [CheckedPuzzle[], number] = [[], 0];
    for await (const puzzle of puzzles) {
      batch.push(expectPuzzle(`Solver: puzzle ${count++}`, puzzle, this.#network));
      if (batch.length < batchSize) continue;
      yield* await solveBatch(batch);
      batch = [];
    }
    if (batch.length > 0) yield* await solveBatch(batch);
  }

  /** What options say of thinking, checked. */
  #thinking({ until = 'end', segments, signal }: SolveOptions, bucketSizes: readonly number[]): ThinkingOptions {
    if (this.#disposed) throw new Error('Solver: it has been disposed of; make another one');
    if (until !== 'end' && until !== 'halted') {
      throw new RangeError(`Solver: until is ${describeValue(until)}, expected 'end' or 'halted'`);
    }
    if (segments !== undefined) expectSizes('Solver', { segments });
    return { until, segments: segments ?? this.#network.halting.maxSegments, bucketSizes, signal };
  }

  /** Passes on what comes of work, which the compiled step is kept for. */
  async *#countUnderWay<T>(work: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    this.#underWay++;
    try {
      yield* work;
    } finally {
      this.#underWay--;
      this.#freeIfDone();
    }
  }

  /** Frees what was compiled, once the puzzles under way are solved. The network keeps its parameters. */
  dispose(): void {
    this.#disposed = true;
    this.#freeIfDone();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #freeIfDone(): void {
    if (this.#disposed && this.#underWay === 0) this.#step.dispose?.();
  }
}
