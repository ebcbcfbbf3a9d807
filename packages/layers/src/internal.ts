/**
 * What our other packages need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
// Checks of what a caller gives.
export { describeValue } from './checks/describe-value';
export { expectChoice } from './checks/expect-choice';
export { expectIterable } from './checks/expect-iterable';
export { expectDecay, expectNotNegative, expectPositiveShare, expectShare } from './checks/expect-numbers';
export { expectLayer } from './checks/expect-layer';
export { expectOptions } from './checks/expect-options';
export { expectFactory, expectPart } from './checks/expect-part';
export { expectReturned } from './checks/expect-returned';
export { expectRandom } from './checks/expect-random';
export { expectSizes } from './checks/expect-sizes';

// Calls that free what they made when they fail.
export { callTogether } from './compile-option';
export { noteVariables } from './note-variables';
export { throwIfAborted } from './throw-if-aborted';

// Sizes, for those who count operations.
export { swigluInnerSize } from './feed-forward/swiglu';
