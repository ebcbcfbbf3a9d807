/**
 * What our other packages and tests need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
export { readScalars } from './metrics';
export { atan2RightHalfPlane } from './optimizers/atan2-right-half-plane';
export { carryFromHost, carryToHost } from './state/carry-values';
export { finishStep } from './step/apply-gradients';
