import type { ScheduleSubject } from './schedule-subject';

/** Something that every schedule must do. */
export interface ScheduleCheck {
  /** What holds of the schedule, as a sentence whose subject is the schedule. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: ScheduleSubject): boolean;
  /** Throws unless it holds. */
  check(subject: ScheduleSubject): void | Promise<void>;
}
