import type { ByMetric, TokenLoss } from '@hrm/act';
import type { Communicator, Wire } from '@hrm/distributed';
import type { Compile, RandomStreamState } from '@hrm/layers';
import type { NamedHostTensors } from '@hrm/files';
import type { Optimizer } from './optimizers/optimizer';
import type { ParameterPredicate } from './optimizers/parameter-predicate';
import type { RowOptimizer } from './optimizers/sign-sgd';

/** Options of a `Trainer`. */
export interface TrainerOptions {
  /** The optimizer of all trained parameters but the puzzle embedding. */
  optimizer: Optimizer;
  /** The optimizer of the puzzle embedding. Required for a network with one, unless `trains` leaves it out. */
  puzzleOptimizer?: RowOptimizer | undefined;
  /**
   * Which parameters are trained. The others stay as they are, bit for bit: no update, no weight decay, no optimizer
   * state. `({ name }) => name === 'puzzleEmbedding.weight'` learns vectors of new puzzles for a trained model. Default
   * all.
   */
  trains?: ParameterPredicate | undefined;
  /** Default `stablemaxCrossEntropy`. */
  tokenLoss?: TokenLoss;
  /**
   * Keeps an exponential moving average of the weights. Each step keeps this share of the old average. Default none.
   */
  emaDecay?: number;
  /**
   * Segments per update. With 1, each segment's carry is a constant for the next segment, as in the papers. With more,
   * the losses of an update's segments are added, and gradient flows back through its segments. This makes the losses
   * of `gravesAct` and `ponder` exact for puzzles that start and halt in the same update (for all puzzles, if it is at
   * least the controller's `maxSegments`). A puzzle that halts earlier rests until the next update. Memory and time are
   * proportional to it. Default 1.
   */
  segmentsPerUpdate?: number;
  /**
   * Slots of one micro-batch. The gradients of the micro-batches are added, so the step is the same within rounding.
   * Only one micro-batch's activations are in memory, and one that fits the processor's cache is faster. Must divide
   * the batch. Default: the whole batch.
   */
  microBatch?: number | undefined;
  /**
   * Micro-batches that run in parallel. Without `microBatch`, the number of parts of the batch in one graph. The step
   * is the same within rounding. The matrix products of one part are often too small for all cores; two parts use more
   * cores and more memory. Default 1.
   */
  lanes?: number | undefined;
  /** Seed of the halting controller's exploration. Default 0. */
  seed?: number;
  /**
   * Steps of the whole training. Required for a network that changes during training, such as one with a `progressive`
   * schedule.
   */
  totalSteps?: number;
  /** Such as `compile` of `@hrm/runtime`. Default: not compiled. */
  compile?: Compile;
  /**
   * Trains with other ranks, each in a process of its own with an equal `Trainer`: the same network, options and calls.
   * Every rank is given the same whole batches, computes its share of the slots, and makes the same update, so that the
   * ranks train as one process would, within rounding. Figures of events and evaluations are those of the whole.
   * `microBatch` and `lanes` split the share of a rank. Default: one process.
   */
  communicator?: Communicator | undefined;
  /**
   * How gradients travel between ranks. `bfloat16` sends half as many bytes; a summed gradient is then wrong by at most
   * 0.8% of the sum of its absolute values on the ranks. Default `float32`.
   */
  wire?: Wire | undefined;
}

/** The event of a completed training step. */
export interface StepEvent {
  type: 'step';
  /** Counted from 1. */
  step: number;
  /**
   * `count` is the number of puzzles with a label that halted in the update. All others are means: losses over the
   * batch, summed over the update's segments; figures of a schedule over the slots that ran; the rest over the puzzles
   * that halted, and absent if there are none.
   */
  metrics: ByMetric<number> & { count: number };
  /** The number of these puzzles that halted after 1, 2, ... segments. */
  haltingSteps: number[];
  /** Of `optimizer`; that of `puzzleOptimizer` where the puzzle embedding alone is trained. */
  learningRate: number;
  seconds: number;
  samplesPerSecond: number;
}

/** An event of a `Trainer`. */
export type TrainingEvent = StepEvent;

/** All state of a training as plain values. Restoring it continues the training exactly. */
export interface TrainerState {
  step: number;
  random: RandomStreamState;
  weights: NamedHostTensors;
  ema: NamedHostTensors;
  optimizer: NamedHostTensors;
  /** Empty before the first step. */
  carry: NamedHostTensors;
}
