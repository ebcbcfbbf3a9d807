import type { ByMetric, TokenLoss } from '@hrm/act';
import type { Compile, RandomStreamState } from '@hrm/layers';
import type { NamedHostTensors } from '@hrm/files';
import type { Optimizer } from './optimizers/optimizer';
import type { RowOptimizer } from './optimizers/sign-sgd';

/** Options of a `Trainer`. */
export interface TrainerOptions {
  optimizer: Optimizer;
  /** The optimizer of the puzzle embedding. Required for a network with one. */
  puzzleOptimizer?: RowOptimizer;
  /** Default `stablemaxCrossEntropy`. */
  tokenLoss?: TokenLoss;
  /**
   * Keeps an exponential moving average of the weights. Each step keeps this share of the old average. Default none.
   */
  emaDecay?: number;
  /**
   * Segments of one update. With 1 each segment's carry is a constant to the next, as in the papers. With more, the
   * segments of an update are not detached from each other and their losses are added up, so that gradient flows back
   * through them: which is what makes the losses of `gravesAct` and `ponder` exact, for puzzles that halt within the
   * update they began in (for all, if it is at least the controller's `maxSegments`). A puzzle that halts on the way
   * rests until the next update. Costs memory and time in proportion. Default 1.
   */
  segmentsPerUpdate?: number;
  /**
   * How many slots go through an update's segments together. The gradients of these parts are added up, so that the
   * step is that of the whole batch within rounding; what a part needs is all the memory that activations take, and a
   * part that fits the processor's cache is faster. Must divide the batch. Default: the whole batch.
   */
  microBatch?: number | undefined;
  /**
   * How many of these parts run at once, each lane adding up gradients of its own; without `microBatch`, into how many
   * the batch is split inside of one graph. The step is the same within rounding. One part's products are often too
   * short to keep all cores busy; two at once do, for the memory of two. Default 1.
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
