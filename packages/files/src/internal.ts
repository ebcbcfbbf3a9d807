/**
 * What our other packages need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
// Checks of what a caller gives. @hrm/layers, which imports no package, has its own, which know tensors.
export { describeGiven } from './checks/describe-given';
export {
  expectArray,
  expectFunction,
  expectIterable,
  expectObject,
  expectRows,
  expectText,
} from './checks/expect-arguments';
export { expectOptions } from './checks/expect-options';
export { parseJson } from './parse-json';
