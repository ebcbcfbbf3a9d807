import { describeValue, expectOptions } from '@hrm/layers/internal';

/** The learning rate of a step; steps are counted from 1. */
export type LearningRate = (step: number) => number;

/** Shape of {@link warmupCosine}. */
export interface WarmupCosineOptions {
  /** The highest rate, reached after the warm-up. */
  learningRate: number;
  /** Steps over which it grows linearly from 0. Default 0. */
  warmupSteps?: number;
  /** Step at which the cosine ends. */
  totalSteps: number;
  /** Share of the rate left at the end, from 0 to 1. Default 0; 1 keeps the rate constant after the warm-up. */
  minRatio?: number;
}

/**
 * Linear warm-up, then a cosine down to `minRatio` of the rate at `totalSteps`. The rate stays there afterwards. A
 * warm-up longer than `totalSteps` runs to its end; after it the rate is at its minimum.
 *
 * Source: official HRM, `pretrain.py`, `cosine_schedule_with_warmup_lr_lambda`, which increments its
 * step counter before it reads the schedule, so the first step is step 1. There the cosine rises again after the total.
 *
 * @throws RangeError for a rate or ratio out of range, and for step counts that are not whole numbers.
 *
 * @example
 * ```ts
 * import { warmupCosine } from '@hrm/trainer';
 *
 * const rate = warmupCosine({ learningRate: 1e-3, warmupSteps: 100, totalSteps: 1000 });
 * console.log(rate(1), rate(100), rate(1000)); // 0.00001, 0.001, 0
 * ```
 */
export function warmupCosine(options: WarmupCosineOptions): LearningRate {
  expectOptions('warmupCosine', options, ['learningRate', 'warmupSteps', 'totalSteps', 'minRatio']);
  const { learningRate, warmupSteps = 0, totalSteps, minRatio = 0 } = options;
  const expect = (name: string, value: number, fits: boolean, expected: string) => {
    if (!fits) throw new RangeError(`warmupCosine: ${name} is ${value}, expected ${expected}`);
  };
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  expect('learningRate', learningRate, learningRate >= 0 && learningRate < Infinity, 'a number of at least 0');
  expect('warmupSteps', warmupSteps, isCount(warmupSteps), 'a whole number of at least 0');
  expect('totalSteps', totalSteps, isCount(totalSteps), 'the steps of the whole training, a whole number');
  expect('minRatio', minRatio, minRatio >= 0 && minRatio <= 1, 'a share from 0 to 1');
  return (step) => {
    if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
    if (step > totalSteps) return learningRate * minRatio;
    const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return learningRate * (minRatio + Math.max(0, (1 - minRatio) * 0.5 * (1 + Math.cos(Math.PI * progress))));
  };
}

/**
 * Turns a number into a constant schedule, and returns a schedule unchanged.
 *
 * @throws TypeError, RangeError for anything else.
 */
export function asLearningRate(owner: string, rate: number | LearningRate): LearningRate {
  if (typeof rate === 'function') return rate;
  if (typeof rate === 'number' && rate >= 0 && rate < Infinity) return () => rate;
  const problem = `${owner}: learningRate is ${describeValue(rate)}, expected a number of at least 0, such as 1e-3, or a schedule such as warmupCosine(...)`;
  throw typeof rate === 'number' ? new RangeError(problem) : new TypeError(problem);
}
