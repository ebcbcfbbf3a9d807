import * as tf from '@tensorflow/tfjs-core';
import {
  asItIs,
  describeValue,
  expectIterable,
  expectOptions,
  expectPart,
  disposeAll,
  mapTensors,
  namedParameters,
  RandomStream,
  throwIfAborted,
} from '@hrm/layers';
import {
  expectPuzzles,
  initialCarry,
  puzzleTensors,
  stablemaxCrossEntropy,
  type Carry,
  type NamedTensors,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import type { NamedHostTensors } from '@hrm/files';
import { parameterValues, setParameterValues } from '@hrm/models';
import { carryToHost, fittingCarry } from './carry-values';
import { evaluate } from './evaluation/evaluate';
import type { EvaluateOptions } from './evaluation/evaluate-options';
import type { Evaluation } from './evaluation/evaluation';
import { evaluationStep, type EvaluationStep } from './evaluation/evaluation-step';
import { meanMetrics, readMetrics, readScalars } from './metrics';
import { namedFromHost, namedToHost } from './named-values';
import { flatOptimizer, joinState, splitState } from './optimizers/flat-optimizer';
import { mapNamed } from './optimizers/gradient-transformation';
import type { Optimizer } from './optimizers/optimizer';
import { microBatchedStep } from './step/micro-batched-step';
import { expectFinite } from './step/non-finite-error';
import {
  puzzleTableName,
  trainedParameters,
  trainingStep,
  type TrainingStep,
  type TrainingStepInput,
  type TrainingStepOutput,
} from './step/training-step';
import type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
import { Turns } from './turns';

const OPTIONS = [
  'optimizer',
  'puzzleOptimizer',
  'tokenLoss',
  'emaDecay',
  'segmentsPerUpdate',
  'microBatch',
  'lanes',
  'seed',
  'totalSteps',
  'compile',
] as const satisfies readonly (keyof TrainerOptions)[];

const BATCHES = 'a list or a generator of batches, such as trainBatches(...)';

const keepAll = <T>(container: T): T => mapTensors(container, tf.keep);

/**
 * Trains a model by deep supervision on a stream of batches: every step lets a new puzzle into the slots that have
 * halted, runs one segment on each slot (or `segmentsPerUpdate`), and updates the weights. It knows no puzzle and no terminal.
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
  readonly #optimizer: Optimizer;
  /** The step of the network as it is at the stage of training reached, by that network. */
  #stage: { network: ReasoningNetwork; step: TrainingStep } | undefined;
  readonly #evaluationStep: EvaluationStep;
  readonly #turns = new Turns();
  #disposed = false;
  #random: RandomStream;
  #steps = 0;
  #carry: Carry | undefined;
  #optimizerState: NamedTensors;
  #ema: NamedTensors;

  constructor(network: ReasoningNetwork, options: TrainerOptions) {
    expectPart('Trainer: the network', network, ['initialLatents', 'puzzleRows', 'embed', 'refine', 'readOut']);
    expectOptions('Trainer', options, OPTIONS);
    expectPart('Trainer: optimizer', options.optimizer, ['init', 'update', 'learningRate']);
    if (options.puzzleOptimizer !== undefined) {
      expectPart('Trainer: puzzleOptimizer', options.puzzleOptimizer, ['update', 'learningRate']);
    }
    for (const name of ['tokenLoss', 'compile'] as const) {
      if (options[name] !== undefined && typeof options[name] !== 'function') {
        throw new TypeError(`Trainer: ${name} is ${describeValue(options[name])}, expected a function`);
      }
    }
    const { optimizer, tokenLoss = stablemaxCrossEntropy, emaDecay, seed = 0, compile = asItIs } = options;
    if (puzzleTableName(network) !== undefined && !options.puzzleOptimizer) {
      throw new TypeError(
        'Trainer: this network has a puzzle embedding, which needs an optimizer of its own; give puzzleOptimizer: signSgd({ learningRate: 1e-4 })',
      );
    }
    if (emaDecay !== undefined && !(emaDecay >= 0 && emaDecay < 1)) {
      throw new RangeError(`Trainer: emaDecay is ${emaDecay}, expected at least 0 and less than 1, such as 0.999`);
    }
    const { segmentsPerUpdate = 1, microBatch, lanes = 1, totalSteps } = options;
    for (const [name, count] of Object.entries({ segmentsPerUpdate, microBatch, lanes, totalSteps })) {
      if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
        throw new RangeError(`Trainer: ${name} is ${count}, expected a whole number of at least 1`);
      }
    }
    if (totalSteps === undefined && network.atProgress?.(0) !== network.atProgress?.(1)) {
      throw new TypeError(
        'Trainer: this network changes as training goes on, as progressive schedules do; give totalSteps, the steps of the whole training',
      );
    }
    this.network = network;
    this.tokenLoss = tokenLoss;
    this.#options = options;
    this.#random = new RandomStream(seed);
    const compileIfCan = network.recordable === false ? asItIs : compile;
    this.#evaluationStep = compileIfCan(evaluationStep(network, tokenLoss));
    const trained = trainedParameters(network);
    this.#optimizer = flatOptimizer(optimizer);
    const start = keepAll(
      tf.tidy(() => ({
        optimizerState: this.#optimizer.init(trained),
        ema: emaDecay === undefined ? {} : mapNamed(trained, (parameter) => tf.clone(parameter)),
      })),
    );
    this.#optimizerState = start.optimizerState;
    this.#ema = start.ema;
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Makes one step.
   *
   * @throws RangeError, TypeError for a batch that the network cannot take; the next may be of another size if none has
   *   been taken yet.
   * @throws NonFiniteError when the loss, a gradient or a new weight is not finite; the step is then not applied.
   * @throws Error while `evaluate` or `withAveragedWeights` is under way.
   */
  async trainBatch(batch: PuzzleBatch): Promise<StepEvent> {
    this.#expectNotDisposed();
    return this.#turns.alone('trainBatch', () => this.#trainBatch(batch));
  }

  async #trainBatch(batch: PuzzleBatch): Promise<StepEvent> {
    const start = performance.now();
    const step = this.#steps + 1;
    expectPuzzles('Trainer', this.network, batch);
    const { batchSize } = batch;
    const slots = this.#carry?.halted.shape[0] ?? batchSize;
    if (slots !== batchSize) {
      throw new RangeError(`Trainer: a batch of ${batchSize} came after batches of ${slots}; all must be as large`);
    }
    const learningRate = this.#options.optimizer.learningRate(step);
    const { output, ...figures } = await this.#attempt(step, batch, learningRate);
    this.#commit(output);
    this.#steps = step;
    const seconds = (performance.now() - start) / 1000;
    return { type: 'step', step, ...figures, learningRate, seconds, samplesPerSecond: batchSize / seconds };
  }

  /** What a step gives, all of it finite, and its figures. A step that fails puts back what it drew. */
  async #attempt(
    step: number,
    batch: PuzzleBatch,
    rate: number,
  ): Promise<{ output: TrainingStepOutput } & Pick<StepEvent, 'metrics' | 'haltingSteps'>> {
    const { batchSize } = batch;
    const randomBefore = this.#random.state;
    let output: TrainingStepOutput | undefined;
    try {
      const stage = this.#stageOf(step);
      const draws = Array.from({ length: this.#options.segmentsPerUpdate ?? 1 }, () => ({
        ...stage.network.halting.draw?.(this.#random, batchSize),
        ...stage.network.drawForRefinement?.(this.#random, batchSize),
      }));
      const puzzleRate = this.#options.puzzleOptimizer?.learningRate(step) ?? 0;
      output = tf.tidy(() => {
        const input: TrainingStepInput = {
          carry: this.#carry ?? initialCarry(this.network, batchSize),
          offered: puzzleTensors(batch),
          draws: draws.map((drawn) =>
            Object.fromEntries(Object.entries(drawn).map(([name, values]) => [name, tf.tensor1d(values)])),
          ),
          optimizerState: this.#optimizerState,
          ema: this.#ema,
          rates: { parameters: tf.scalar(rate), puzzles: tf.scalar(puzzleRate) },
        };
        return keepAll(stage.step(input));
      });
      expectFinite(step, await readScalars(output.sums));
      const { counted, totals } = await readMetrics(output, batchSize);
      const haltingSteps = Array.from(await output.haltingSteps.data());
      return { output, metrics: { count: counted, ...meanMetrics(totals) }, haltingSteps };
    } catch (error) {
      disposeAll(output);
      this.#random = RandomStream.restore(randomBefore);
      throw error;
    }
  }

  /** The network as it is at a step, and what makes the step. What was compiled for an earlier stage is dropped. */
  #stageOf(step: number): { network: ReasoningNetwork; step: TrainingStep } {
    const { puzzleOptimizer, emaDecay, totalSteps = 1, microBatch, lanes = 1, compile = asItIs } = this.#options;
    const network = this.network.atProgress?.(Math.min(1, (step - 1) / totalSteps)) ?? this.network;
    if (this.#stage?.network === network) return this.#stage;
    this.#stage?.step.dispose?.();
    const parts = { network, tokenLoss: this.tokenLoss, optimizer: this.#optimizer, puzzleOptimizer, emaDecay };
    const compileIfCan = network.recordable === false ? asItIs : compile;
    const make = microBatch
      ? microBatchedStep(parts, { microBatch, lanes, compile: compileIfCan })
      : compileIfCan(trainingStep(parts, { lanes }));
    this.#stage = { network, step: make };
    return this.#stage;
  }

  #commit(output: TrainingStepOutput): void {
    const parameters = namedParameters(this.network);
    for (const [name, value] of Object.entries(output.parameters)) {
      parameters.get(name)!.assign(value);
      value.dispose();
    }
    const { metrics, counts, haltingSteps, sums } = output;
    disposeAll([this.#carry, this.#optimizerState, this.#ema, metrics, counts, haltingSteps, sums]);
    this.#carry = output.carry;
    this.#optimizerState = output.optimizerState;
    this.#ema = output.ema;
  }

  /**
   * Makes a step for each batch, until there are no more or `maxSteps` steps have been made in all. With a `signal` it
   * ends before the next step, with the signal's reason as the error; the trainer can go on, with the batch after the
   * last one told of.
   */
  async *train(
    batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
    { maxSteps = Infinity, signal }: { maxSteps?: number; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<TrainingEvent> {
    expectIterable('Trainer: train: batches', batches, BATCHES);
    if (this.#steps >= maxSteps) return;
    await throwIfAborted('Trainer', signal);
    for await (const batch of batches) {
      yield await this.trainBatch(batch);
      if (this.#steps >= maxSteps) return;
      await throwIfAborted('Trainer', signal);
    }
  }

  /**
   * Runs `f` while the network has the averaged weights; it has its own back afterwards, whatever happens. Inside of it,
   * `evaluate` may be called.
   */
  async withAveragedWeights<T>(f: () => Promise<T>): Promise<T> {
    this.#expectNotDisposed();
    return this.#turns.together('withAveragedWeights', () => this.#useAverages(), f);
  }

  /** Puts the averages into the network. @returns what puts its own weights back. */
  #useAverages(): () => void {
    const trained = trainedParameters(this.network);
    const own = keepAll(tf.tidy(() => mapNamed(trained, (parameter) => tf.clone(parameter))));
    for (const [name, average] of Object.entries(this.#ema)) trained[name]!.assign(average);
    return () => {
      for (const [name, value] of Object.entries(own)) trained[name]!.assign(value);
      disposeAll(own);
    };
  }

  /** Evaluates with the averaged weights where an average is kept. See `evaluate`. */
  async evaluate(
    batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
    options: Pick<EvaluateOptions, 'until' | 'signal' | 'bucketSizes' | 'onBatch' | 'onSegment'> = {},
  ): Promise<Evaluation> {
    this.#expectNotDisposed();
    expectIterable('Trainer: evaluate: batches', batches, BATCHES);
    const { microBatch, lanes, compile } = this.#options;
    const all = { ...options, microBatch, lanes, compile, tokenLoss: this.tokenLoss, step: this.#evaluationStep };
    return this.#turns.together(
      'evaluate',
      () => this.#useAverages(),
      () => evaluate(this.network, batches, all),
    );
  }

  /**
   * Everything that training changes, as plain values.
   *
   * @throws Error while `evaluate` or `withAveragedWeights` is under way.
   */
  async state(): Promise<TrainerState> {
    this.#expectNotDisposed();
    return this.#turns.alone('state', async () => ({
      step: this.#steps,
      random: this.#random.state,
      weights: await parameterValues(this.network),
      ema: await namedToHost(this.#ema),
      optimizer: await this.#optimizerStateToHost(),
      carry: this.#carry ? await carryToHost(this.#carry) : new Map(),
    }));
  }

  async #optimizerStateToHost(): Promise<NamedHostTensors> {
    const split = tf.tidy(() =>
      mapTensors(splitState(this.#optimizerState, trainedParameters(this.network)), tf.clone),
    );
    try {
      return await namedToHost(split);
    } finally {
      disposeAll(split);
    }
  }

  /**
   * Goes on from a saved state, exactly.
   *
   * @throws Error when the state is of another model, optimizer or average, or other calls are under way; nothing has
   *   changed then.
   */
  restore(state: TrainerState): void {
    this.#expectNotDisposed();
    if (!this.#turns.isFree) {
      throw new Error('Trainer: restore was called while another call is under way; wait for that one first');
    }
    if (typeof state !== 'object' || state === null) {
      throw new TypeError(`Trainer: the saved state is ${describeValue(state)}, expected what state() gave`);
    }
    if (!Number.isSafeInteger(state.step) || state.step < 0) {
      throw new RangeError(`Trainer: the saved state is of step ${state.step}, expected a whole number of at least 0`);
    }
    const random = RandomStream.restore(state.random);
    const restored = tf.tidy(() => {
      const trained = trainedParameters(this.network);
      const ofParameters = splitState(this.#optimizerState, trained);
      const saved = namedFromHost('optimizer state', ofParameters, state.optimizer);
      const fresh = {
        optimizerState: joinState(saved, this.#optimizerState, trained),
        ema: namedFromHost('average', this.#ema, state.ema),
        carry: state.carry.size > 0 ? fittingCarry(this.network, state.carry) : undefined,
      };
      setParameterValues(this.network, state.weights);
      return keepAll(fresh) as typeof fresh & tf.TensorContainerObject;
    });
    disposeAll([this.#carry, this.#optimizerState, this.#ema]);
    this.#optimizerState = restored.optimizerState;
    this.#ema = restored.ema;
    this.#carry = restored.carry;
    this.#random = random;
    this.#steps = state.step;
  }

  #expectNotDisposed(): void {
    if (this.#disposed) throw new Error('Trainer: it has been disposed of; make another one');
  }

  /** Frees what the trainer holds beside the network; where calls are under way, once they are over. */
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
    disposeAll([this.#carry, this.#optimizerState, this.#ema]);
    this.#stage?.step.dispose?.();
    this.#evaluationStep.dispose?.();
  }
}
