import { beforeAll, describe, it } from 'vitest';
import type { HaltingFactory } from '../controllers/halting-controller';
import { controllerChecks } from './controller-checks';
import { ControllerSubject, type ControllerTestOptions } from './controller-subject';

/**
 * Tests of a halting controller, with vitest: shapes at several sizes, everyone halts at the last segment, losses finite
 * and with the gradients that finite differences have, for one segment an update and for several, no gradient into
 * targets, no leaked tensor, equal answers on all backends, a fresh state for a new puzzle, the same from the same seed,
 * and saving and loading of its parameters. What fails says so in a sentence, with the likely cause.
 *
 * @param name of the controller.
 * @param make makes it from a model's context; of more than one segment, for most checks to mean anything.
 * @param options.backends to run on, the first being the one that the others are compared with. Default: those that the
 * test file imports.
 *
 * @example
 * ```ts
 * // my-controller.test.ts
 * import { qLearningHalting } from '@hrm/act';
 * import { describeController } from '@hrm/act/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * describeController('my controller', qLearningHalting({ maxSegments: 4 }));
 * ```
 */
export function describeController(name: string, make: HaltingFactory, options: ControllerTestOptions = {}): void {
  const subject = new ControllerSubject(make, options);
  describe(name, () => {
    beforeAll(() => subject.backends[0]!.use());
    for (const { title, applies, check } of controllerChecks) {
      if (applies?.(subject) ?? true) it(title, () => check(subject));
    }
  });
}
