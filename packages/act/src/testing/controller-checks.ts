import { explained } from '@hrm/layers/testing';
import type { ControllerCheck } from './controller-check';
import { gradientChecks } from './gradient-checks';
import { repeatabilityChecks } from './repeatability-checks';
import { slotChecks } from './slot-checks';

/** All requirements on a controller. `describeController` tests each. */
export const controllerChecks: readonly ControllerCheck[] = [
  ...slotChecks,
  ...gradientChecks,
  ...repeatabilityChecks,
].map((check) => explained('the controller', check));
