import type { ControllerSubject } from './controller-subject';

/** Something that every controller must do. */
export interface ControllerCheck {
  /** What holds of the controller, as a sentence whose subject is the controller. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: ControllerSubject): boolean;
  /** Throws unless it holds. */
  check(subject: ControllerSubject): void | Promise<void>;
}
