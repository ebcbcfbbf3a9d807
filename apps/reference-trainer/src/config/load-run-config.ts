import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readConfigJson } from '../files/read-regular-file';
import { configPlace, describeIssues, UsageError } from '../command-line/usage-error';
import { type PartKind, partOptions } from './part-options';
import { presets } from './presets';
import { runConfigSchema, type RunConfig } from './run-config';
import { nearestName } from './section';

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
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Applies an assignment such as `training.learningRate=1e-3` to a config; `null` removes a key. */
function override(config: unknown, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new UsageError(
      `--set: "${assignment}" is not an assignment; expected one such as training.learningRate=1e-3`,
    );
  const keys = assignment.slice(0, at).split('.');
  let node = config as Record<string, unknown>;
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

/** Issues for parts with an unknown name. A config with imports has none, because these may define any name. */
function unknownParts(config: unknown): z.core.$ZodIssue[] {
  const { imports, model } = config as { imports?: unknown; model?: { [kind in PartKind]?: { type?: unknown } } };
  if (imports !== undefined) return [];
  return (Object.keys(partOptions) as PartKind[]).flatMap((kind) => {
    const input = model?.[kind]?.type;
    const known = Object.keys(partOptions[kind]);
    if (typeof input !== 'string' || input === '' || known.includes(input)) return [];
    const nearest = nearestName(input, known);
    const rest = nearest === undefined ? `expected ${known.join(', ')}` : `did you mean ${nearest}?`;
    const message = `${JSON.stringify(input)} is not known; ${rest}`;
    return [{ code: 'custom', path: ['model', kind, 'type'], message, input, params: {} }];
  });
}

/**
 * Checks the content of a config file.
 *
 * @param source its name in errors
 * @param known issues that were found already
 * @throws UsageError that names all faults
 */
export function checkRunConfig(config: unknown, source: string, known: z.core.$ZodIssue[] = []): RunConfig {
  const result = runConfigSchema.safeParse(config);
  if (result.success && known.length === 0) {
    // Only editors use it.
    const { $schema: _, ...runConfig } = result.data;
    return runConfig;
  }
  const faults = new z.ZodError([...(result.error?.issues ?? []), ...known]);
  throw new UsageError(`${source}: ${describeIssues(faults, configPlace)}`);
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
 */
export function loadRunConfig(nameOrPath: string, overrides: readonly string[] = []): RunConfig {
  const isPreset = Object.hasOwn(presets, nameOrPath);
  const config: unknown = isPreset
    ? structuredClone(presets[nameOrPath as keyof typeof presets])
    : readConfigFile(nameOrPath);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new UsageError(`${nameOrPath} holds no JSON object; see docs/config.md for the keys of a config`);
  }
  const whole = overridden(config, overrides);
  const checked = checkRunConfig(whole, nameOrPath, unknownParts(whole));
  const folder = isPreset ? process.cwd() : dirname(resolve(nameOrPath));
  // Absolute, so that the run finds them from any working directory.
  return checked.imports ? { ...checked, imports: checked.imports.map((path) => resolve(folder, path)) } : checked;
}
