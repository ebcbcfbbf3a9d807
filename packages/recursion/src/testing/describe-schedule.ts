import { beforeAll, describe, it } from 'vitest';
import type { RecursionSchedule } from '../schedules/recursion-schedule';
import { scheduleChecks } from './schedule-checks';
import { ScheduleSubject, type ScheduleTestOptions } from './schedule-subject';

/**
 * Tests a recursion schedule with vitest: shapes, unchanged inputs, independent puzzles, the expected gradient, leaks,
 * no value read and no random number drawn inside a step, and equal answers on all backends that the test file imports.
 * A failure names the likely cause.
 *
 * @param name of the schedule.
 * @param make makes the schedule.
 * @param options the expected gradient; see {@link ScheduleTestOptions}.
 *
 * @example
 * ```ts
 * // my-schedule.test.ts
 * import { unrolled } from '@hrm/recursion';
 * import { describeSchedule } from '@hrm/recursion/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * describeSchedule('the last three', () => unrolled({ hCycles: 2, lCycles: 2, withGradient: 3 }), { gradient: 3 });
 * ```
 */
export function describeSchedule(name: string, make: () => RecursionSchedule, options: ScheduleTestOptions = {}): void {
  const subject = new ScheduleSubject(make, options);
  describe(name, () => {
    beforeAll(() => subject.backends[0]!.use());
    for (const { title, applies, check } of scheduleChecks) {
      if (applies?.(subject) ?? true) it(title, () => check(subject));
    }
  });
}
