import { parseJson } from '@hrm/files/internal';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readConfigJson } from '../files/read-regular-file';
import { configPlace, describeIssues, UsageError } from '../command-line/usage-error';
import { partOptions } from './part-options';
import { presets } from './presets/presets';
import { runConfigSchema, type RunConfig } from './run-config';
import { nearestName } from './section';
import { type TaskConfig, taskOptions } from './task-options';

function readConfigFile(path: string): unknown {
  if (!existsSync(path)) {
    throw new UsageError(
      `CONFIG: there is no preset or file called "${path}"; the presets are ${Object.keys(presets).join(', ')}`,
    );
  }
  const reviver = (key: string, value: unknown) => {
    // The schema would ignore it silently.
    if (key === '__proto__') throw new UsageError(`${path}: ${key} is not known`);
    return value;
  };
  return readConfigJson(path, { reviver });
}

/** Parses a value on the command line: as JSON, or else as text. */
export function parseValue(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Sections that presets may leave out. An assignment such as `task.kind=parity` adds them. */
const ADDED_SECTIONS: readonly string[] = ['task', 'generate'];

/** Applies an assignment such as `training.learningRate=1e-3` to a config; `null` removes a key. */
function override(config: unknown, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new UsageError(
      `--set: "${assignment}" is not an assignment; expected one such as training.learningRate=1e-3`,
    );
  const keys = assignment.slice(0, at).split('.');
  let node = config as Record<string, unknown>;
  if (keys.length > 1 && ADDED_SECTIONS.includes(keys[0]!)) node[keys[0]!] ??= {};
  for (const key of keys.slice(0, -1)) {
    if (!Object.hasOwn(node, key) || typeof node[key] !== 'object' || node[key] === null) {
      throw new UsageError(`--set: the config has no "${key}" to set ${assignment.slice(0, at)} in`);
    }
    node = node[key] as Record<string, unknown>;
  }
  const value = parseValue(assignment.slice(at + 1));
  // Such as `training.epochs=null`, to give steps instead.
  if (value === null) delete node[keys.at(-1)!];
  else Object.defineProperty(node, keys.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}

/** The name of a part: its type, or the part itself if it is given by name. */
const nameOf = (part: unknown) => (typeof part === 'string' ? part : (part as { type?: unknown } | undefined)?.type);

/** Issues for parts with an unknown name. A config with imports has none, because these may define any name. */
function unknownParts(config: unknown): z.core.$ZodIssue[] {
  type Section = { readonly [key: string]: unknown } | undefined;
  const { imports, task, model, training } = config as { imports?: unknown } & Record<
    'task' | 'model' | 'training',
    Section
  >;
  if (imports !== undefined) return [];
  const { augmentations } = training ?? {};
  const chosen: readonly [path: (string | number)[], name: unknown, known: object][] = [
    [['task', 'kind'], task?.['kind'], taskOptions],
    ...(['block', 'schedule', 'halting'] as const).map(
      (kind) => [['model', kind, 'type'], nameOf(model?.[kind]), partOptions[kind]] as [string[], unknown, object],
    ),
    ...(['tokenLoss', 'optimizer'] as const).map(
      (kind) => [['training', kind], nameOf(training?.[kind]), partOptions[kind]] as [string[], unknown, object],
    ),
    ...(Array.isArray(augmentations) ? augmentations : []).map(
      (part, index) =>
        [['training', 'augmentations', index, 'type'], nameOf(part), partOptions.augmentation] as [
          (string | number)[],
          unknown,
          object,
        ],
    ),
  ];
  return chosen.flatMap(([path, input, parts]) => {
    const known = Object.keys(parts);
    if (typeof input !== 'string' || input === '' || known.includes(input)) return [];
    const nearest = nearestName(input, known);
    const own = 'one of your own needs "imports"';
    const rest = nearest === undefined ? `expected ${known.join(', ')}; ${own}` : `did you mean ${nearest}?`;
    const message = `${JSON.stringify(input.slice(0, 40))} is not known; ${rest}`;
    return [{ code: 'custom', path, message, input, params: {} }];
  });
}

/** The issue of a config without a task. */
const withoutTask: z.core.$ZodIssue = {
  code: 'custom',
  path: ['task'],
  message:
    'is missing; expected the puzzles, such as { "kind": "sudoku", "size": 9 }, or a folder with a task.json by --data',
  input: undefined,
  params: {},
};

/**
 * Checks the content of a config file.
 *
 * @param source its name in errors
 * @param known issues that were found already
 * @throws UsageError that names all faults
 */
export function checkRunConfig(config: unknown, source: string, known: z.core.$ZodIssue[] = []): RunConfig {
  const result = runConfigSchema.safeParse(config);
  const issues = [...(result.error?.issues ?? []), ...known];
  const hasTask = typeof config === 'object' && config !== null && 'task' in config;
  if (!hasTask) issues.push(withoutTask);
  if (result.success && issues.length === 0) {
    // Only editors use the schema. The task is there, see above.
    const { $schema: _, ...runConfig } = result.data;
    return runConfig as RunConfig;
  }
  throw new UsageError(`${source}: ${describeIssues(new z.ZodError(issues), configPlace)}`);
}

/**
 * Applies overrides from the command line to a config, and checks it.
 *
 * @param source its name in errors
 */
export function overrideRunConfig(config: object, overrides: readonly string[], source: string): RunConfig {
  return checkRunConfig(overridden(config, overrides), source);
}

function overridden(config: object, overrides: readonly string[]): unknown {
  const changed: unknown = structuredClone(config);
  for (const assignment of overrides) override(changed, assignment);
  return changed;
}

/**
 * Loads a preset or a config file, with overrides from the command line.
 *
 * @param nameOrPath such as `sudoku-4x4-demo` or `my-run.json`.
 * @param overrides such as `training.learningRate=1e-3`.
 * @param task the puzzles of a config that names none. Default: a config must name them.
 */
export function loadRunConfig(nameOrPath: string, overrides: readonly string[] = [], task?: TaskConfig): RunConfig {
  const isPreset = Object.hasOwn(presets, nameOrPath);
  const config: unknown = isPreset
    ? structuredClone(presets[nameOrPath as keyof typeof presets])
    : readConfigFile(nameOrPath);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new UsageError(`${nameOrPath} holds no JSON object; see docs/config.md for the keys of a config`);
  }
  const whole = overridden(task === undefined || 'task' in config ? config : { ...config, task }, overrides);
  const checked = checkRunConfig(whole, nameOrPath, unknownParts(whole));
  const folder = isPreset ? process.cwd() : dirname(resolve(nameOrPath));
  // Absolute, so that the run finds them from any working directory.
  return checked.imports ? { ...checked, imports: checked.imports.map((path) => resolve(folder, path)) } : checked;
}
