export { describeSchedule } from './testing/describe-schedule';
export type { ScheduleCheck } from './testing/schedule-check';
export { scheduleChecks } from './testing/schedule-checks';
export {
  ScheduleSubject,
  type GradientReference,
  type ScheduleProblem,
  type ScheduleSizes,
  type ScheduleTestOptions,
} from './testing/schedule-subject';
export { TanhRefiner } from './testing/tanh-refiner';
export { registeredBackends, type TestBackend } from '@hrm/layers/testing';
