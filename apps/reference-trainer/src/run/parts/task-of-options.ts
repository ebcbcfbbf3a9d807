import type { z } from 'zod';
import { describeIssues, UsageError } from '../../command-line/usage-error';
import { parseValue } from '../../config/load-run-config';
import { nearestName } from '../../config/section';
import { type TaskConfig, taskOptions, taskSchema } from '../../config/task-options';
import type { RunCatalog } from './run-catalog';

/**
 * The task that `--task` and `--set` describe.
 *
 * @param options `task`: its kind; `set`: assignments such as `digits=3`; `flagged`: options that have a flag of their
 *   own.
 * @throws UsageError if there is none of this name, or it has no such option.
 */
export function taskOfOptions(
  { task: kind, set, flagged = {} }: { task: string; set: readonly string[]; flagged?: object },
  { tasks }: RunCatalog,
): TaskConfig {
  if (!Object.hasOwn(tasks, kind)) {
    const known = Object.keys(tasks);
    const nearest = nearestName(kind, known);
    const expected = nearest === undefined ? `expected ${known.join(', ')}` : `did you mean ${nearest}?`;
    throw new UsageError(`--task: "${kind}" is not known; ${expected}; one of your own needs --imports FILE`);
  }
  const assigned = set.map((assignment) => {
    const at = assignment.indexOf('=');
    if (at < 1) throw new UsageError(`--set: "${assignment}" is not an assignment; expected one such as digits=3`);
    return [assignment.slice(0, at), parseValue(assignment.slice(at + 1))] as const;
  });
  const { data, error } = taskSchema.safeParse({ ...flagged, ...Object.fromEntries(assigned), kind });
  if (data) return data;
  const known: { readonly [kind: string]: z.ZodObject } = taskOptions;
  const names = Object.keys(known[kind]?.shape ?? {}).filter((name) => name !== 'kind');
  const issues = describeIssues(error, (keys) => keys.map(String).join('.') || kind);
  throw new UsageError(`--set: ${issues} (options of ${kind}: ${names.join(', ')})`);
}
