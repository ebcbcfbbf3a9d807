import { expectNotNegative, expectOptions } from '@hrm/layers/internal';
import { addDecayedWeights, chain, scaleByLearningRate, type GradientTransformation } from './gradient-transformation';
import { asLearningRate, type LearningRate } from './learning-rate';
import { scaleByAdam, scaleByAtan2, type MomentsOptions } from './moments';
import { clipped } from './clip-by-global-norm';
import type { ParameterPredicate } from './parameter-predicate';

/** How parameters are updated: a transformation of gradients, and the learning rate of each step. */
export interface Optimizer extends GradientTransformation {
  learningRate: LearningRate;
}

/** Options that the optimizers share. */
export interface OptimizerOptions extends MomentsOptions {
  /** A number, or a schedule such as `warmupCosine(...)`. */
  learningRate: number | LearningRate;
  /** Decoupled: each step also takes `learningRate * weightDecay` of the parameter away. Default 0. */
  weightDecay?: number;
  /** Which parameters decay, such as `isWeightMatrix`. Default all. */
  decays?: ParameterPredicate;
  /** The greatest norm over all gradients; longer ones are scaled down first. Default: no clipping. */
  clipNorm?: number;
}

const KNOWN = ['learningRate', 'weightDecay', 'decays', 'clipNorm', 'beta1', 'beta2'] as const;

function optimizerOf(
  owner: string,
  direction: (moments: MomentsOptions) => GradientTransformation,
  options: OptimizerOptions,
): Optimizer {
  const { learningRate, weightDecay = 0, decays, clipNorm, ...moments } = options;
  expectNotNegative(owner, { weightDecay });
  return {
    ...clipped(chain(direction(moments), addDecayedWeights(weightDecay, decays), scaleByLearningRate()), clipNorm),
    learningRate: asLearningRate(owner, learningRate),
  };
}

/**
 * AdamATan2 with decoupled weight decay, the optimizer of the official HRM.
 *
 * @example
 * ```ts
 * import { adamAtan2, warmupCosine } from '@hrm/trainer';
 *
 * const learningRate = warmupCosine({ learningRate: 1e-4, warmupSteps: 2000, totalSteps: 20_000, minRatio: 1 });
 * const optimizer = adamAtan2({ learningRate, weightDecay: 1 });
 * console.log(optimizer.learningRate(1)); // 5e-8
 * ```
 */
export function adamAtan2(options: OptimizerOptions): Optimizer {
  expectOptions('adamAtan2', options, KNOWN);
  return optimizerOf('adamAtan2', scaleByAtan2, options);
}

/**
 * Adam with decoupled weight decay.
 *
 * @example
 * ```ts
 * import { adamW } from '@hrm/trainer';
 *
 * console.log(adamW({ learningRate: 1e-3, weightDecay: 0.1 }).learningRate(1)); // 0.001
 * ```
 */
export function adamW(options: OptimizerOptions & { epsilon?: number }): Optimizer {
  expectOptions('adamW', options, [...KNOWN, 'epsilon']);
  return optimizerOf('adamW', scaleByAdam, options);
}
