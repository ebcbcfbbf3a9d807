import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';

/** Choices of {@link fixedSteps}. */
export interface FixedStepsOptions {
  /** Segments that every puzzle gets. */
  segments: number;
}

/**
 * Every puzzle gets the same number of segments: deep supervision without adaptive computation. No parameters, no loss
 * of its own. Together with `all(...)` it sets a least number of segments for another controller.
 *
 * @param options how many, as a number or as `{ segments }`.
 *
 * Source: HRM, section 2 ("deep supervision").
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { fixedSteps } from '@hrm/act';
 *
 * const controller = fixedSteps(8)({ hiddenSize: 16, random: new RandomStream(0) });
 * console.log(controller.maxSegments); // 8
 * ```
 */
export function fixedSteps(options: number | FixedStepsOptions): HaltingFactory {
  const chosen = typeof options === 'number' ? { segments: options } : options;
  expectOptions('fixedSteps', chosen, ['segments']);
  return () => {
    const { segments } = chosen;
    expectSizes('fixedSteps', { segments });
    return {
      name: 'fixed-steps',
      maxSegments: segments,
      parameters: {},
      decide: ({ steps }) => ({ halted: tf.greaterEqual(steps, segments) }),
    };
  };
}
