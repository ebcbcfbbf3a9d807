import { beforeAll, describe, it } from 'vitest';
import type { HaltingFactory } from '../controllers/halting-controller';
import { controllerChecks } from './controller-checks';
import { ControllerSubject, type ControllerTestOptions } from './controller-subject';

/**
 * Tests a halting controller, with vitest:
 *
 * - shapes at several sizes; all slots halt at the last segment; a new puzzle gets a new state;
 * - finite losses; gradients equal to finite differences, with one and with several segments per update; no gradient
 *   into targets;
 * - the same results from the same seed, on all backends, and after its parameters are saved and loaded; no leaked
 *   tensor.
 *
 * A failure is one sentence with the likely cause.
 *
 * @param name the name of the controller.
 * @param make makes the controller. Give it a `maxSegments` above 1: with one segment most checks have nothing to test.
 * @param options.backends backends to test on. The others are compared with the first. Default: the backends that the
 *   test file imports.
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
