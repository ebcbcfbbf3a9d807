import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { replaceFile } from '@hrm/files/node';
import { describeIssues, UsageError } from '../../command-line/usage-error';
import { taskSchema, type TaskConfig } from '../../config/task-options';
import { readConfigJson } from '../../files/read-regular-file';

/** The file in a folder of puzzles that says which task they are of: the `task` section of a config. */
export const TASK_FILE = 'task.json';

/**
 * Reads the task of a folder of puzzles.
 *
 * @returns undefined if the folder does not say it, as official data sets.
 * @throws UsageError if the file is damaged.
 */
export function readTaskFile(folder: string): TaskConfig | undefined {
  const path = join(folder, TASK_FILE);
  if (!existsSync(path)) return undefined;
  const { data, error } = taskSchema.safeParse(readConfigJson(path));
  if (data) return data;
  throw new UsageError(`${path}: ${describeIssues(error, (keys) => keys.map(String).join('.') || 'the task')}`);
}

/** Writes the task of a folder of puzzles. */
export async function writeTaskFile(folder: string, task: TaskConfig): Promise<void> {
  await replaceFile(join(folder, TASK_FILE), new TextEncoder().encode(`${JSON.stringify(task, null, 2)}\n`));
}

/** Makes sure that the puzzles of a folder are of this task, if the folder says it. @throws UsageError if not. */
export function expectTaskOfFolder(task: TaskConfig, folder: string): void {
  const own = readTaskFile(folder);
  if (own === undefined || isDeepStrictEqual(own, { ...task })) return;
  throw new UsageError(
    `--data: by its ${TASK_FILE}, ${folder} holds puzzles of ${JSON.stringify(own)}, but the config's task is ` +
      `${JSON.stringify(task)}; leave "task" out of the config to take that of the data`,
  );
}

/**
 * Says how the tokens of sequences differ in meaning from those that a run has learned.
 *
 * @returns undefined if they do not, or a task does not say what they mean.
 */
export function differenceOfTokens(learned: TaskConfig, given: TaskConfig): string | undefined {
  if (learned.kind !== 'tokens' || given.kind !== 'tokens') return undefined;
  for (const option of ['alphabet', 'numbers']) {
    const [before, now] = [learned[option], given[option]] as (ArrayLike<unknown> | undefined)[];
    if (!before || !now || isDeepStrictEqual(Array.from(before), Array.from(now))) continue;
    return `the ${option} ${JSON.stringify(now)}, but the run has learned ${JSON.stringify(before)}`;
  }
  return undefined;
}
