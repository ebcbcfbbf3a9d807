/**
 * What our other packages need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
export { expectModelSizes } from './config/expect-model-sizes';
export { nameFromOfficial, nameToOfficial, shapesToOfficial } from './official/official-names';
export { fromHostTensor, toHostTensor } from './weights/parameter-values';
