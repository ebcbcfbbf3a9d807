import { defineTask, type Task } from '@hrm/data';
import type { RunConfig } from '../../config/run-config';
import { nearestName } from '../../config/section';
import { UsageError } from '../../command-line/usage-error';
import { standardCatalog, type RunCatalog } from './run-catalog';

/** A part in a config: its name, or an object with its name as `type` and its options. */
export type NamedPart = string | { readonly type: string; readonly [option: string]: unknown };

/** The name alone as an object. */
export const namedPart = (part: NamedPart) => (typeof part === 'string' ? { type: part } : part);

/** What a maker made, for an error. */
function made(what: unknown): string {
  if (what instanceof Promise) return 'a promise; it cannot be async';
  return what ? typeof what : String(what);
}

/** Calls the maker of a part. Whatever it throws is an error of the config, which names the part. */
function make<Made>(where: string, type: string, maker: () => Made): Made {
  try {
    return maker();
  } catch (error) {
    // By these it refuses its options.
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(`${where}: ${error.message}`);
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${where}: the function that makes "${type}" failed: ${message}`);
  }
}

function find<Maker>(where: string, makers: { readonly [name: string]: Maker }, name: string): Maker {
  if (Object.hasOwn(makers, name)) return makers[name]!;
  const known = Object.keys(makers);
  const nearest = nearestName(name, known);
  const expected = nearest === undefined ? `expected ${known.join(', ')}` : `did you mean ${nearest}?`;
  throw new UsageError(
    `${where}: ${JSON.stringify(name)} is not known; ${expected}; one of your own needs a module of "imports" that exports it`,
  );
}

/**
 * Makes the part that a config names.
 *
 * @param where the key in errors.
 * @param options `check`: whether the maker has made `what`; `shared`: options of all parts of this kind, which the
 *   part's own replace; `context`: a second argument for the maker.
 * @throws UsageError if there is no such part, it refuses its options, or it is not what it should be.
 */
export function makePart<Made>(
  where: string,
  makers: { readonly [type: string]: (options: never, context: never) => Made },
  part: NamedPart,
  {
    what,
    check,
    shared = {},
    context = {},
  }: { what: string; check(made: Made): boolean; shared?: object; context?: object },
): Made {
  const { type, ...options } = namedPart(part);
  const maker = find(where, makers, type);
  return make(where, type, () => {
    const part = maker({ ...shared, ...options } as never, context as never);
    if (part && check(part)) return part;
    throw new TypeError(`the function that makes "${type}" returned ${made(part)}; expected ${what}`);
  });
}

/** Makes the task of a run. @throws UsageError if its kind is not known, or it refuses its options. */
export function makeTask(
  { name, task }: Pick<RunConfig, 'name' | 'task'>,
  { tasks }: RunCatalog = standardCatalog,
): Task {
  const { kind, ...options } = task;
  const maker = find(`${name}: task.kind`, tasks, kind);
  return make(`${name}: task`, kind, () => {
    const task = maker(options as never) as unknown;
    // It may also be what `defineTask` takes.
    if (typeof task === 'object' && task !== null && !(task instanceof Promise)) return defineTask(task as Task);
    throw new TypeError(`the function that makes "${kind}" returned ${made(task)}; expected a task`);
  });
}
