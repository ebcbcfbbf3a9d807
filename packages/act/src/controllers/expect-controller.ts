import { expectPart, expectSizes } from '@hrm/layers/internal';
import type { HaltingController } from './halting-controller';

/**
 * Throws unless something is a halting controller: an object that can `decide`, whose other methods are functions, with a number of segments.
 *
 * @param what it is, after its owner: `hrm: what halting made`.
 * @throws TypeError
 */
export function expectController(what: string, controller: HaltingController): void {
  const optional = (['draw', 'initialState', 'logits', 'losses'] as const).filter((name) => controller?.[name]);
  expectPart(what, controller, ['decide', ...optional]);
  expectSizes(what, { maxSegments: controller.maxSegments });
}
