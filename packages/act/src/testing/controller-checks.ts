import { explained } from '@hrm/layers/testing';
import { gradientChecks } from './gradient-checks';
import type { ControllerSubject } from './controller-subject';
import { repeatabilityChecks } from './repeatability-checks';
import { slotChecks } from './slot-checks';

/** Something that every controller must do. */
export interface ControllerCheck {
  /** What holds of the controller, as a sentence whose subject is the controller. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: ControllerSubject): boolean;
  /** Throws unless it holds. */
  check(subject: ControllerSubject): void | Promise<void>;
}

/** Everything that is asked of a controller; `describeController` makes tests of it. */
export const controllerChecks: readonly ControllerCheck[] = [
  ...slotChecks,
  ...gradientChecks,
  ...repeatabilityChecks,
].map((check) => explained('the controller', check));
