import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import type { Carry, PuzzleTensors, ReasoningNetwork, TokenLoss } from '@hrm/act';
import type { SummedMetrics } from '../metrics';
import type { OptimizerState } from '../optimizers/optimizer-state';
import type { Optimizer } from '../optimizers/optimizer';
import type { ParameterPredicate } from '../optimizers/parameter-predicate';
import type { RowOptimizer } from '../optimizers/sign-sgd';

/** Options of `trainingStep`. */
export interface TrainingStepOptions {
  network: ReasoningNetwork;
  tokenLoss: TokenLoss;
  optimizer: Optimizer;
  /** Of the puzzle embedding; undefined for a network without one. */
  puzzleOptimizer?: RowOptimizer | undefined;
  /** Decay rate of the average of the weights; undefined for no average. */
  emaDecay?: number | undefined;
  /** Which parameters are trained; the others stay as they are. Default all. */
  trains?: ParameterPredicate | undefined;
}

/** The input of a step besides the network's parameters. All of it is tensors. */
export type TrainingStepInput = {
  carry: Carry;
  offered: PuzzleTensors;
  /** The random numbers of each segment of the update, for the halting controller and the schedule. */
  draws: readonly NamedTensors[];
  optimizerState: OptimizerState;
  ema: NamedTensors;
  /** Learning rates of the step, scalars. */
  rates: { parameters: tf.Tensor; puzzles: tf.Tensor };
};

/** The output of a step. Nothing has been changed yet. */
export type TrainingStepOutput = SummedMetrics & {
  carry: Carry;
  /** How many of the slots counted halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
  /** New values of the parameters that change, by name. */
  parameters: NamedTensors;
  optimizerState: OptimizerState;
  ema: NamedTensors;
  /**
   * The sum of each tensor that must be finite before the step is applied: `loss`, every `gradient/` and every
   * `parameter/`. One infinite or undefined element makes the sum infinite or undefined too.
   */
  sums: NamedTensors;
};

export const STEP_OPTIONS = [
  'network',
  'tokenLoss',
  'optimizer',
  'puzzleOptimizer',
  'emaDecay',
  'trains',
] as const satisfies readonly (keyof TrainingStepOptions)[];

/** Makes a step; `dispose` frees what was compiled for it. */
export type TrainingStep = ((input: TrainingStepInput) => TrainingStepOutput) & { dispose?: () => void };
