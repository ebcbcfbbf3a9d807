import { setImmediate } from 'node:timers/promises';
import { evaluationBatches, type PuzzleDataset } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import type { Evaluation, Trainer } from '@hrm/trainer';
import { collectFailedPuzzles, type AnsweredPuzzle } from '../observers/failed-puzzles';
import { countPuzzles } from '../puzzles/run-puzzles';

/** Options of {@link HeldOutEvaluator}. */
export interface HeldOutEvaluatorOptions {
  trainer: Trainer;
  puzzles: PuzzleDataset;
  batchSize: number;
  /** The ranks that share each batch. Default: one process. */
  communicator?: Communicator | undefined;
  /** Asked before each batch; true ends the evaluation without a result. */
  isStopped: () => Promise<boolean>;
  /** Called after each batch with the puzzles so far, and with all. */
  onProgress: (done: number, all: number) => void;
}

/** What an evaluation found: figures, and some puzzles with the model's answers. */
export interface HeldOutResult {
  evaluation: Evaluation;
  answered: readonly AnsweredPuzzle[];
}

/**
 * Evaluates a model on the held-out puzzles, again and again while it trains. It shows some puzzles that the model fails
 * on, and the same ones the next time.
 */
export class HeldOutEvaluator {
  readonly #options: HeldOutEvaluatorOptions;
  readonly #ranks: number;
  readonly #count: number;
  /** Of the last evaluation, with places among the puzzles that this rank has seen. */
  #answered: readonly AnsweredPuzzle[] = [];

  constructor(options: HeldOutEvaluatorOptions) {
    this.#options = options;
    this.#ranks = options.communicator?.size ?? 1;
    this.#count = countPuzzles(options.puzzles);
  }

  /** Evaluates all puzzles; undefined if it was stopped. */
  async evaluate(): Promise<HeldOutResult | undefined> {
    const { trainer, puzzles, batchSize, isStopped, onProgress } = this.#options;
    let isWhole = true;
    const batches = async function* () {
      for (const batch of evaluationBatches(puzzles, { batchSize })) {
        // Signals are delivered only between turns of the event loop.
        await setImmediate();
        isWhole = !(await isStopped());
        if (!isWhole) return;
        yield batch;
      }
    };
    const collector = collectFailedPuzzles(trainer.network.halting.maxSegments, this.#answered);
    const evaluation = await trainer.evaluate(batches(), {
      onSegment: collector.onSegment,
      onBatch: ({ count }) => onProgress(count * this.#ranks, this.#count),
    });
    if (!isWhole) return undefined;
    this.#answered = collector.puzzles();
    const answered = this.#answered.map((puzzle) => ({ ...puzzle, index: this.#placeOf(puzzle.index) }));
    return { evaluation, answered };
  }

  /** The place among all puzzles of one that the first rank has seen: it takes the first rows of each batch. */
  #placeOf(seen: number): number {
    const { batchSize } = this.#options;
    const share = Math.floor(batchSize / this.#ranks);
    return Math.floor(seen / share) * batchSize + (seen % share);
  }
}
