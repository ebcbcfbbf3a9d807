import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';

/** Options of {@link fixedSteps}. */
export interface FixedStepsOptions {
  /** Number of segments of every puzzle. */
  segments: number;
}

/**
 * Gives every puzzle the same number of segments: deep supervision without adaptive computation. It has no parameters
 * and no loss of its own. In `all(...)` it sets the minimum number of segments of another controller.
 *
 * @param options the number of segments, or `{ segments }`.
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
