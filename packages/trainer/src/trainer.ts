import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleTensors, stablemaxCrossEntropy, type ReasoningNetwork, type TokenLoss } from '@hrm/act';
import { expectPuzzles } from '@hrm/act/internal';
import type { PuzzleBatch } from '@hrm/data';
import { oneProcess, type Communicator } from '@hrm/distributed';
import { uncompiled, disposeAll, RandomStream } from '@hrm/layers';
import { describeValue, expectIterable, expectOptions, throwIfAborted } from '@hrm/layers/internal';
import { evaluate } from './evaluation/evaluate';
import type { EvaluateOptions } from './evaluation/evaluate-options';
import type { Evaluation } from './evaluation/evaluation';
import { evaluationStep, type EvaluationStep } from './evaluation/evaluation-step';
import { expectTrainerOptions } from './expect-trainer-options';
import { meanMetrics, readMetrics, readScalars } from './metrics';
import type { LearningRate } from './optimizers/learning-rate';
import { shareOfBatch, shareOfDraws, slotsPerRank } from './ranks/share-of-batch';
import { drawsAsTensors, drawSegments } from './step/draw-segments';
import { mainOptimizer } from './step/main-optimizer';
import { expectFinite } from './step/non-finite-error';
import { StepOfStage } from './step/step-of-stage';
import type { TrainingStepOutput } from './step/training-step-options';
import { TrainingState } from './state/training-state';
import type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
import { Turns } from './turns';

const BATCHES = 'a list or a generator of batches, such as trainingBatches(...)';

/**
 * Trains a model with deep supervision on a stream of batches. Every step loads new puzzles into the halted slots, runs
 * one segment on each slot (or `segmentsPerUpdate`), and updates the weights.
 *
 * Calls take turns, in the order in which they were made. While `evaluate` or `withAveragedWeights` is under way, the
 * model has the averaged weights: further ones join in, and `trainBatch` and `state` throw, as does `restore` whenever
 * something is under way.
 *
 * Source: official HRM, `pretrain.py`.
 *
 * @example
 * ```ts
 * import { mixerBlock } from '@hrm/layers';
 * import { hrm } from '@hrm/models';
 * import { adamAtan2, Trainer } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 2, hiddenSize: 8, hLayers: 1, lLayers: 1, block: mixerBlock() });
 * const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 1e-3, weightDecay: 0.1 }) });
 * const batch = {
 *   inputs: Int32Array.of(1, 2), labels: Int32Array.of(3, 2), puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: 2,
 * };
 * for await (const { step, metrics } of trainer.train([batch, batch])) console.log(step, metrics.tokenLoss);
 * trainer.dispose();
 * ```
 */
export class Trainer {
  readonly network: ReasoningNetwork;
  readonly tokenLoss: TokenLoss;
  readonly #options: TrainerOptions;
  readonly #communicator: Communicator;
  readonly #learningRate: LearningRate;
  readonly #state: TrainingState;
  readonly #step: StepOfStage;
  readonly #evaluationStep: EvaluationStep;
  readonly #turns = new Turns();
  #disposed = false;

  constructor(network: ReasoningNetwork, options: TrainerOptions) {
    expectTrainerOptions(network, options);
    const { tokenLoss = stablemaxCrossEntropy, emaDecay, seed = 0, trains, compile = uncompiled } = options;
    const optimizer = mainOptimizer(network, options);
    this.#learningRate = optimizer.learningRate;
    this.network = network;
    this.tokenLoss = tokenLoss;
    this.#options = options;
    this.#communicator = options.communicator ?? oneProcess();
    this.#step = new StepOfStage(network, { ...options, tokenLoss, optimizer });
    const compileIfCan = network.recordable === false ? uncompiled : compile;
    this.#evaluationStep = compileIfCan(evaluationStep(network, tokenLoss));
    const start = { keepsAverage: emaDecay !== undefined, seed, trains, communicator: this.#communicator };
    this.#state = new TrainingState(network, optimizer, start);
  }

  /** The number of steps so far. */
  get steps(): number {
    return this.#state.steps;
  }

  /**
   * Trains one step.
   *
   * @throws RangeError, TypeError for a batch that does not fit the network or the size of earlier batches.
   * @throws NonFiniteError if the loss, a gradient or a new weight is not finite. Then the step is not applied.
   * @throws Error during `evaluate` or `withAveragedWeights`.
   */
  async trainBatch(batch: PuzzleBatch): Promise<StepEvent> {
    this.#expectNotDisposed();
    return this.#turns.alone('trainBatch', () => this.#trainBatch(batch));
  }

  async #trainBatch(batch: PuzzleBatch): Promise<StepEvent> {
    const start = performance.now();
    const step = this.#state.steps + 1;
    expectPuzzles('Trainer', this.network, batch);
    const { batchSize } = batch;
    const own = slotsPerRank(batchSize, this.#communicator);
    const slots = this.#state.carry?.halted.shape[0] ?? own;
    if (slots !== own) {
      const before = slots * this.#communicator.size;
      throw new RangeError(`Trainer: a batch of ${batchSize} came after batches of ${before}; all must be as large`);
    }
    await this.#state.expectEqualStart();
    const learningRate = this.#learningRate(step);
    const { output, ...figures } = await this.#attempt(step, batch, learningRate);
    this.#state.commit(output);
    const seconds = (performance.now() - start) / 1000;
    return { type: 'step', step, ...figures, learningRate, seconds, samplesPerSecond: batchSize / seconds };
  }

  /** Computes a step and its figures, and checks that all is finite. A failed step restores the random state. */
  async #attempt(
    step: number,
    batch: PuzzleBatch,
    rate: number,
  ): Promise<{ output: TrainingStepOutput } & Pick<StepEvent, 'metrics' | 'haltingSteps'>> {
    const { batchSize } = batch;
    const { random, carry, optimizer, ema } = this.#state;
    const randomBefore = random.state;
    let output: TrainingStepOutput | undefined;
    try {
      const stage = this.#step.at(step);
      const { segmentsPerUpdate = 1 } = this.#options;
      // Drawn for the whole batch, so that a slot gets the same numbers on any rank.
      const draws = drawSegments(stage.network, random, { batchSize, segments: segmentsPerUpdate });
      const puzzleRate = this.#options.puzzleOptimizer?.learningRate(step) ?? 0;
      const share = shareOfBatch(batch, this.#communicator);
      output = await stage.step(() => ({
        carry: carry ?? initialCarry(this.network, share.batchSize),
        offered: puzzleTensors(share),
        draws: draws.map((drawn) => drawsAsTensors(shareOfDraws(drawn, this.#communicator))),
        optimizerState: optimizer,
        ema,
        rates: { parameters: tf.scalar(rate), puzzles: tf.scalar(puzzleRate) },
      }));
      expectFinite(step, await readScalars(output.sums));
      const { counted, totals } = await readMetrics(output, batchSize);
      const haltingSteps = Array.from(await output.haltingSteps.data());
      return { output, metrics: { count: counted, ...meanMetrics(totals) }, haltingSteps };
    } catch (error) {
      disposeAll(output);
      this.#state.random = RandomStream.restore(randomBefore);
      throw error;
    }
  }

  /**
   * Trains a step for each batch, until there are no more batches or the trainer has made `maxSteps` steps in all. An
   * aborted `signal` stops it before the next step, with the signal's reason as the error. Training can continue with
   * the batch after that of the last event.
   */
  async *train(
    batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
    options: { maxSteps?: number; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<TrainingEvent> {
    expectOptions('Trainer: train', options, ['maxSteps', 'signal']);
    const { maxSteps = Infinity, signal } = options;
    if (typeof maxSteps !== 'number' || Number.isNaN(maxSteps)) {
      throw new TypeError(`Trainer: train: maxSteps is ${describeValue(maxSteps)}, expected a number of steps`);
    }
    expectIterable('Trainer: train: batches', batches, BATCHES);
    if (this.steps >= maxSteps) return;
    await throwIfAborted('Trainer', signal);
    for await (const batch of batches) {
      yield await this.trainBatch(batch);
      if (this.steps >= maxSteps) return;
      await throwIfAborted('Trainer', signal);
    }
  }

  /**
   * Runs `f` while the network has the averaged weights, and then restores its own weights, also after an error. `f`
   * may call `evaluate`.
   */
  async withAveragedWeights<T>(f: () => Promise<T>): Promise<T> {
    this.#expectNotDisposed();
    return this.#turns.together('withAveragedWeights', () => this.#state.useAverages(), f);
  }

  /** Evaluates the network, with the averaged weights if an average is kept. See `evaluate`. */
  async evaluate(
    batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
    options: Pick<EvaluateOptions, 'until' | 'signal' | 'bucketSizes' | 'onBatch' | 'onSegment'> = {},
  ): Promise<Evaluation> {
    this.#expectNotDisposed();
    expectOptions('Trainer: evaluate', options, ['until', 'signal', 'bucketSizes', 'onBatch', 'onSegment']);
    expectIterable('Trainer: evaluate: batches', batches, BATCHES);
    const { microBatch, lanes, compile, communicator } = this.#options;
    const all = {
      ...options,
      microBatch,
      lanes,
      compile,
      communicator,
      tokenLoss: this.tokenLoss,
      step: this.#evaluationStep,
    };
    return this.#turns.together(
      'evaluate',
      () => this.#state.useAverages(),
      () => evaluate(this.network, batches, all),
    );
  }

  /**
   * All state of the training as plain values. With a communicator, all ranks call it, and get the same: the carry of
   * the whole batch. It can be restored with another number of ranks. Ranks whose numbers differ by rounding, as other
   * processors round, take over those of rank 0.
   *
   * @throws Error if the numbers of a rank differ by more, and during `evaluate` or `withAveragedWeights`.
   */
  async state(): Promise<TrainerState> {
    this.#expectNotDisposed();
    return this.#turns.alone('state', () => this.#state.toHost());
  }

  /**
   * Restores a saved state, so that training continues exactly.
   *
   * @throws Error for a state of another model, optimizer or average, and during other calls. Then nothing changes.
   */
  restore(state: TrainerState): void {
    this.#expectNotDisposed();
    if (!this.#turns.isFree) {
      throw new Error('Trainer: restore was called while another call is under way; wait for that one first');
    }
    this.#state.restore(state);
  }

  #expectNotDisposed(): void {
    if (this.#disposed) throw new Error('Trainer: it has been disposed of; make another one');
  }

  /** Frees the trainer's tensors, but not the network's. Waits for calls that still run. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#turns.isFree) this.#release();
    else void this.#turns.whenFree(() => this.#release());
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #release(): void {
    this.#state.free();
    this.#step.free();
    this.#evaluationStep.dispose?.();
  }
}
