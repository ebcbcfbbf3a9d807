import * as tf from '@tensorflow/tfjs-core';
import { asItIs, mapTensors, namedParameters, RandomStream } from '@hrm/layers';
import {
  initialCarry,
  puzzleBatch,
  stablemaxCrossEntropy,
  type Carry,
  type HostPuzzleBatch,
  type NamedTensors,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { parameterValues, setParameterValues, type NamedHostTensors } from '@hrm/models';
import { carryFromHost, carryToHost } from './carry-values';
import {
  evaluate,
  evaluationStep,
  readScalars,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationStep,
} from './evaluate';
import { flatOptimizer, joinState, splitState } from './flat-optimizer';
import { mapNamed } from './gradient-transformation';
import { microBatchedStep } from './micro-batched-step';
import { meanMetrics } from './metrics';
import { namedFromHost, namedToHost } from './named-values';
import type { Optimizer } from './optimizer';
import { expectFinite } from './non-finite-error';
import type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
import {
  PUZZLE_TABLE,
  trainedParameters,
  trainingStep,
  type TrainingStep,
  type TrainingStepInput,
  type TrainingStepOutput,
} from './training-step';

const keepAll = <T>(container: T): T => mapTensors(container, tf.keep);
const disposeAll = (container: unknown) => void mapTensors(container, (tensor) => (tensor.dispose(), tensor));

/**
 * Trains a model by deep supervision on a stream of batches: every step lets a new puzzle into the slots that have
 * halted, runs one segment on each slot (or `segmentsPerUpdate`), and updates the weights. It knows no puzzle and no terminal.
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
  #random: RandomStream;
  #steps = 0;
  #carry: Carry | undefined;
  #optimizerState: NamedTensors;
  #ema: NamedTensors;

  constructor(network: ReasoningNetwork, options: TrainerOptions) {
    const { optimizer, tokenLoss = stablemaxCrossEntropy, emaDecay, seed = 0, compile = asItIs } = options;
    if (namedParameters(network).has(PUZZLE_TABLE) && !options.puzzleOptimizer) {
      throw new TypeError(
        'Trainer: this network has a puzzle embedding, which needs an optimizer of its own; give puzzleOptimizer: signSgd({ learningRate: 1e-4 })',
      );
    }
    if (emaDecay !== undefined && !(emaDecay >= 0 && emaDecay < 1)) {
      throw new RangeError(`Trainer: emaDecay is ${emaDecay}, expected at least 0 and less than 1, such as 0.999`);
    }
    const { segmentsPerUpdate = 1, microBatch, lanes = 1 } = options;
    for (const [name, count] of Object.entries({ segmentsPerUpdate, microBatch, lanes })) {
      if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
        throw new RangeError(`Trainer: ${name} is ${count}, expected a whole number of at least 1`);
      }
    }
    this.network = network;
    this.tokenLoss = tokenLoss;
    this.#options = options;
    this.#random = new RandomStream(seed);
    const trained = trainedParameters(network);
    this.#optimizer = flatOptimizer(optimizer);
    this.#optimizerState = keepAll(tf.tidy(() => this.#optimizer.init(trained)));
    this.#ema =
      emaDecay === undefined ? {} : keepAll(tf.tidy(() => mapNamed(trained, (parameter) => tf.clone(parameter))));
    const compileIfCan = network.recordable === false ? asItIs : compile;
    this.#evaluationStep = compileIfCan(evaluationStep(network, tokenLoss));
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Makes one step.
   *
   * @throws NonFiniteError when the loss, a gradient or a new weight is not finite; the step is then not applied.
   */
  async trainBatch(batch: HostPuzzleBatch): Promise<StepEvent> {
    const start = performance.now();
    const step = this.#steps + 1;
    const { batchSize } = batch;
    const learningRate = this.#options.optimizer.learningRate(step);
    const before = this.#carry ?? keepAll(initialCarry(this.network, batchSize));
    this.#carry = before;
    if (before.halted.shape[0] !== batchSize) {
      throw new RangeError(
        `Trainer: a batch of ${batchSize} came after batches of ${before.halted.shape[0]}; all must be as large`,
      );
    }
    const output = await this.#attempt(step, batch, before, learningRate);
    const metrics = await readScalars(output.metrics);
    const haltingSteps = Array.from(await output.haltingSteps.data());
    this.#commit(output);
    this.#steps = step;
    const seconds = (performance.now() - start) / 1000;
    return {
      type: 'step',
      step,
      metrics: meanMetrics(metrics, batchSize),
      haltingSteps,
      learningRate,
      seconds,
      samplesPerSecond: batchSize / seconds,
    };
  }

  /** What a step gives, all of it finite. A step that fails puts back what it drew. */
  async #attempt(step: number, batch: HostPuzzleBatch, carry: Carry, rate: number): Promise<TrainingStepOutput> {
    const randomBefore = this.#random.state;
    let output: TrainingStepOutput | undefined;
    try {
      const stage = this.#stageOf(step);
      const draws = Array.from({ length: this.#options.segmentsPerUpdate ?? 1 }, () => ({
        ...stage.network.halting.draw(this.#random, batch.batchSize),
        ...stage.network.drawForRefinement?.(this.#random, batch.batchSize),
      }));
      const puzzleRate = this.#options.puzzleOptimizer?.learningRate(step) ?? 0;
      output = tf.tidy(() => {
        const input: TrainingStepInput = {
          carry,
          offered: puzzleBatch(batch),
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
      return output;
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
    disposeAll([this.#carry, this.#optimizerState, this.#ema, output.metrics, output.haltingSteps, output.sums]);
    this.#carry = output.carry;
    this.#optimizerState = output.optimizerState;
    this.#ema = output.ema;
  }

  /** Makes a step for each batch, until there are no more or `maxSteps` steps have been made in all. */
  async *train(
    batches: Iterable<HostPuzzleBatch> | AsyncIterable<HostPuzzleBatch>,
    { maxSteps = Infinity }: { maxSteps?: number } = {},
  ): AsyncGenerator<TrainingEvent> {
    if (this.#steps >= maxSteps) return;
    for await (const batch of batches) {
      yield await this.trainBatch(batch);
      if (this.#steps >= maxSteps) return;
    }
  }

  /** Runs `f` while the network has the averaged weights; it has its own back afterwards, whatever happens. */
  async withAveragedWeights<T>(f: () => Promise<T>): Promise<T> {
    const trained = trainedParameters(this.network);
    const own = keepAll(tf.tidy(() => mapNamed(trained, (parameter) => tf.clone(parameter))));
    try {
      for (const [name, average] of Object.entries(this.#ema)) trained[name]!.assign(average);
      return await f();
    } finally {
      for (const [name, value] of Object.entries(own)) trained[name]!.assign(value);
      disposeAll(own);
    }
  }

  /** Evaluates on all segments, with the averaged weights where an average is kept. */
  async evaluate(
    batches: Iterable<HostPuzzleBatch> | AsyncIterable<HostPuzzleBatch>,
    options: Pick<EvaluateOptions, 'onBatch' | 'onSegment'> = {},
  ): Promise<Evaluation> {
    return this.withAveragedWeights(() =>
      evaluate(this.network, batches, {
        ...options,
        microBatch: this.#options.microBatch,
        lanes: this.#options.lanes,
        tokenLoss: this.tokenLoss,
        step: this.#evaluationStep,
      }),
    );
  }

  /** Everything that training changes, as plain values. */
  async state(): Promise<TrainerState> {
    return {
      step: this.#steps,
      random: this.#random.state,
      weights: await parameterValues(this.network),
      ema: await namedToHost(this.#ema),
      optimizer: await this.#optimizerStateToHost(),
      carry: this.#carry ? await carryToHost(this.#carry) : new Map(),
    };
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
   * @throws Error when the state is of another model, optimizer or average; nothing has changed then.
   */
  restore(state: TrainerState): void {
    const random = RandomStream.restore(state.random);
    const restored = tf.tidy(() => {
      const trained = trainedParameters(this.network);
      const ofParameters = splitState(this.#optimizerState, trained);
      const saved = namedFromHost('optimizer state', ofParameters, state.optimizer);
      const fresh = {
        optimizerState: joinState(saved, this.#optimizerState, trained),
        ema: namedFromHost('average', this.#ema, state.ema),
        carry: state.carry.size > 0 ? carryFromHost(state.carry) : undefined,
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

  /** Frees what the trainer holds beside the network. */
  dispose(): void {
    disposeAll([this.#carry, this.#optimizerState, this.#ema]);
    this.#stage?.step.dispose?.();
    this.#evaluationStep.dispose?.();
  }
}
