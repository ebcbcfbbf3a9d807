import { expectPart, expectSizes } from '@hrm/layers';
import type { HaltingController } from './halting-controller';

/**
 * Throws unless something is a halting controller: an object that can `decide`, whose other methods are functions, with a number of segments.
 *
 * @param what it is, after its owner: `hrm: what halting made`.
 * @throws TypeError
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { expectController, fixedSteps } from '@hrm/act';
 *
 * expectController('my model: what halting made', fixedSteps(2)({ hiddenSize: 8, random: new RandomStream(0) }));
 * ```
 */
export function expectController(what: string, controller: HaltingController): void {
  const optional = (['draw', 'initialState', 'logits', 'losses'] as const).filter((name) => controller?.[name]);
  expectPart(what, controller, ['decide', ...optional]);
  expectSizes(what, { maxSegments: controller.maxSegments });
}
