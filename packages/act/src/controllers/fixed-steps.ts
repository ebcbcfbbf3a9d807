import * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '@hrm/layers';
import type {
  HaltingController,
  HaltingDecision,
  HaltingFactory,
  HaltingLossContext,
  HaltingLosses,
  HaltingOutcome,
  HostDraws,
  NamedTensors,
} from './halting-controller';
import { expectMaxSegments } from './halting-options';

/** Choices of {@link fixedSteps}. */
export interface FixedStepsOptions {
  /** Segments that every puzzle gets. */
  segments: number;
}

/** The controller that decides nothing, see {@link fixedSteps}. */
export class FixedSteps implements HaltingController {
  readonly name = 'fixed-steps';
  readonly needsLookAhead = false;
  readonly parameters = {};
  readonly maxSegments: number;

  constructor({ segments }: FixedStepsOptions) {
    expectMaxSegments('fixedSteps', segments, 'segments');
    this.maxSegments = segments;
  }

  draw(): HostDraws {
    return {};
  }

  logits(): NamedTensors {
    return {};
  }

  decide({ steps }: HaltingDecision): HaltingOutcome {
    return { halted: tf.greaterEqual(steps, this.maxSegments) as tf.Tensor1D, state: {} };
  }

  losses({ tokenLoss }: HaltingLossContext): HaltingLosses {
    return { total: tokenLoss, metrics: {} };
  }
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
  return () => new FixedSteps(chosen);
}
