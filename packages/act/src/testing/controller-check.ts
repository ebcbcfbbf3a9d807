import type { ControllerSubject } from './controller-subject';

/** A requirement on every controller. */
export interface ControllerCheck {
  /** The requirement: a sentence without its subject, which is the controller. */
  readonly title: string;
  /** Whether the check applies. Default: always. */
  applies?(subject: ControllerSubject): boolean;
  /** Throws unless the controller meets the requirement. */
  check(subject: ControllerSubject): void | Promise<void>;
}
