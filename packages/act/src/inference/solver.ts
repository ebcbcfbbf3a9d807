import { uncompiled, type Compile } from '@hrm/layers';
import { expectChoice, expectIterable, expectOptions, expectSizes } from '@hrm/layers/internal';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { CompiledSegment } from './compiled-segment';
import { expectPuzzle, type Puzzle, type PuzzleWithIdentifier } from './puzzle';
import { halvedSizes } from './shrink-batch';
import { solutionOf, type SegmentResult, type Solution } from './solution';
import { solveBatch, type SolveBatchOptions, type Until } from './solve-batch';

/** Options of {@link Solver}. */
export interface SolverOptions {
  /**
   * Compiles the segment: `compile` of `@hrm/runtime`, for example. Not used for a network with `recordable: false`.
   * Default: the segment runs uncompiled.
   */
  compile?: Compile;
}

/** Options of `Solver.solve` and `Solver.stream`. */
export interface SolveOptions {
  /**
   * `'halted'` stops when the controller halts the puzzle. `'end'` runs all segments, as the official evaluation does.
   * A function stops after the first segment whose result it accepts, and after all segments at the latest:
   * `({ answer }, { inputs }) => verifySudoku(inputs, answer).valid`. Default `'end'`.
   */
  until?: Until;
  /**
   * The most segments to run, fewer or more than in training. With `until: 'halted'` no more than `maxSegments` are
   * run, because every controller halts there. Default: the controller's `maxSegments`.
   */
  segments?: number;
  /** Stops before the next segment, and throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of `Solver.solveAll`. */
export interface SolveAllOptions extends SolveOptions {
  /** Puzzles in a batch. Default 64, or all puzzles of a shorter list. */
  batchSize?: number;
  /**
   * Sizes that a batch may shrink to as puzzles leave it, in any order. Give few: a compiled segment is recorded once
   * for each size. `[]`: the batch never shrinks. Default: half the batch, a quarter, and so on down to 1.
   */
  bucketSizes?: readonly number[] | undefined;
  /** Called after each segment of each batch. `active`: puzzles that go on; `rows`: rows of the batch just computed. */
  onSegment?: SolveBatchOptions['onSegment'];
}

const SOLVE_OPTIONS = ['until', 'segments', 'signal'] as const satisfies readonly (keyof SolveOptions)[];
const BATCH_OPTIONS = ['batchSize', 'bucketSizes', 'onSegment'] as const satisfies readonly (keyof SolveAllOptions)[];

type CheckedPuzzle = Required<PuzzleWithIdentifier>;

/**
 * Solves puzzles with any model. It compiles the model's segment once, for any number of puzzles. Several puzzles may
 * be solved at the same time.
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
  readonly #segment: CompiledSegment;

  constructor(network: ReasoningNetwork, options: SolverOptions = {}) {
    expectOptions('Solver', options, ['compile']);
    const { compile = uncompiled } = options;
    this.#network = network;
    this.#segment = new CompiledSegment('Solver', network, { compile });
  }

  /**
   * Solves a puzzle.
   *
   * @param puzzle its tokens, `[seqLen]`, or `{ inputs, puzzleIdentifier }`.
   * @throws TypeError for a value that is not a puzzle.
   * @throws RangeError for a puzzle of another length, and for tokens or an identifier that the network does not have.
   * @throws the reason of an aborted signal.
   */
  async solve(puzzle: Puzzle, options: SolveOptions = {}): Promise<Solution> {
    const history: SegmentResult[] = [];
    for await (const result of this.stream(puzzle, options)) history.push(result);
    return solutionOf(history);
  }

  /**
   * Solves a puzzle and yields the result of each segment. The caller may stop at any time.
   *
   * @throws as {@link Solver.solve}.
   */
  async *stream(puzzle: Puzzle, options: SolveOptions = {}): AsyncGenerator<SegmentResult, void, undefined> {
    expectOptions('Solver', options, SOLVE_OPTIONS);
    const batchOptions = this.#batchOptions(options, []);
    const checked = expectPuzzle('Solver', puzzle, this.#network);
    const segments = solveBatch(this.#network, this.#segment.step, [checked], batchOptions);
    for await (const [only] of this.#segment.keepFor(segments)) yield only!.result;
  }

  /**
   * Solves many puzzles, batch by batch. Yields their solutions in order, a whole batch at once. With `until` other than
   * `'end'` a puzzle leaves its batch when it stops, and the batch shrinks.
   *
   * @param puzzles read one batch at a time.
   * @throws as {@link Solver.solve}, with the index of the puzzle, after it has yielded the solutions of earlier
   *   batches.
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
    const batchOptions = { ...this.#batchOptions(options, [batchSize, ...bucketSizes]), onSegment };
    yield* this.#segment.keepFor(this.#solveBatches(puzzles, batchSize, batchOptions));
  }

  async *#solveBatches(
    puzzles: Iterable<Puzzle> | AsyncIterable<Puzzle>,
    batchSize: number,
    batchOptions: SolveBatchOptions,
  ): AsyncGenerator<Solution, void, undefined> {
    const solutionsOf = async (batch: readonly CheckedPuzzle[]): Promise<Solution[]> => {
      const histories = batch.map((): SegmentResult[] => []);
      const options = { ...batchOptions, firstIndex: count - batch.length };
      for await (const results of solveBatch(this.#network, this.#segment.step, batch, options)) {
        for (const { index, result } of results) histories[index]!.push(result);
      }
      return histories.map(solutionOf);
    };
    let [batch, count]: [CheckedPuzzle[], number] = [[], 0];
    for await (const puzzle of puzzles) {
      batch.push(expectPuzzle(`Solver: puzzle ${count++}`, puzzle, this.#network));
      if (batch.length < batchSize) continue;
      yield* await solutionsOf(batch);
      batch = [];
    }
    if (batch.length > 0) yield* await solutionsOf(batch);
  }

  /** Checks options and fills in their defaults. */
  #batchOptions({ until = 'end', segments, signal }: SolveOptions, bucketSizes: readonly number[]): SolveBatchOptions {
    this.#segment.expectNotDisposed();
    if (typeof until !== 'function') expectChoice('Solver', { until }, ['end', 'halted']);
    if (segments !== undefined) expectSizes('Solver', { segments });
    return { until, firstIndex: 0, segments: segments ?? this.#network.halting.maxSegments, bucketSizes, signal };
  }

  /** Frees the compiled step, after the last unfinished puzzle. The network keeps its parameters. */
  dispose(): void {
    this.#segment.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
