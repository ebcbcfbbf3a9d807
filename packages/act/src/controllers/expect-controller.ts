import { expectLayer, expectSizes } from '@hrm/layers/internal';
import type { HaltingController } from './halting-controller';

/** The most segments of a puzzle. A damaged config could name so many that their histogram fills the memory. */
const MOST_SEGMENTS = 10_000;

/**
 * Throws unless a value is a halting controller: an object with a method `decide`, parameters, a valid `maxSegments`, and functions
 * for the optional methods.
 *
 * @param what names the value in the error: `hrm: what halting made`.
 * @throws TypeError for another value.
 * @throws RangeError for a `maxSegments` that is not a whole number from 1 to 10,000.
 */
export function expectController(what: string, controller: HaltingController): void {
  const optional = (['draw', 'initialState', 'logits', 'losses'] as const).filter((name) => controller?.[name]);
  expectLayer(what, controller, ['decide', ...optional]);
  expectSizes(what, { maxSegments: controller.maxSegments }, 1, MOST_SEGMENTS);
}
