import { describe, it } from 'vitest';
import type { Task } from '../tasks/task';
import { taskChecks } from './task-checks';
import { TaskSubject, type TaskTestOptions } from './task-subject';

/**
 * Tests a task, with vitest:
 *
 * - a question survives being decoded and encoded, alone and in a file of many;
 * - examples fit length and vocabulary; equal seeds generate equal ones; no example occurs twice or is excluded;
 * - `verify` accepts the answers of examples and refuses empty ones; it and `draw` take any prediction;
 * - augmented examples are right too, and of the same class.
 *
 * @param name the name of the task.
 * @param task what `defineTask` returns.
 * @param options `examples` to test with, default 20 that the task generates; `generate`: options of its generator.
 *
 * @example
 * ```ts
 * // my-task.test.ts
 * import { tokensTask } from '@hrm/data';
 * import { describeTask } from '@hrm/data/testing';
 *
 * describeTask('my task', tokensTask({ seqLen: 4, alphabet: 'abc' }), {
 *   examples: [{ input: [1, 2, 3], output: [3, 2, 1] }],
 * });
 * ```
 */
export function describeTask(name: string, task: Task, options: TaskTestOptions = {}): void {
  const subject = new TaskSubject(task, options);
  describe(name, () => {
    for (const { title, applies, check } of taskChecks) {
      if (applies?.(subject) ?? true) it(title, () => check(subject));
    }
  });
}
