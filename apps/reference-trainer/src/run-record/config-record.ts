import type { ConfigRecord } from '@hrm/ui/run-record';
import { configChanges, type ConfigChange } from '../config/config-changes';
import { checkRunConfig } from '../config/load-run-config';
import { presets } from '../config/presets/presets';
import type { RunConfig } from '../config/run-config';

const shown = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));

/** Keys that say nothing about what is learned. */
const isAside = (key: string) => key === 'name' || key === '$schema';

/** The keys of a config that differ from a preset's. A preset without puzzles takes those of the config. */
function changesFrom(preset: keyof typeof presets, config: RunConfig): readonly ConfigChange[] {
  const whole = checkRunConfig({ task: config.task, ...structuredClone(presets[preset]) }, preset);
  return configChanges(whole, config).filter(({ key }) => !isAside(key));
}

/** All keys of a config with their values as JSON; of nested ones, the innermost. */
function valuesOf(value: unknown, path: string): [string, string][] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return value === undefined ? [] : [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => valuesOf(inner, path === '' ? key : `${path}.${key}`));
}

/** A config next to the preset of its name, or else to the one that differs least. */
export function configRecord(config: RunConfig): ConfigRecord {
  const names = Object.keys(presets) as (keyof typeof presets)[];
  const named = names.filter((name) => name === config.name);
  const compared = (named.length > 0 ? named : names).map((name) => ({ name, changes: changesFrom(name, config) }));
  const nearest = compared.reduce((best, one) => (one.changes.length < best.changes.length ? one : best));
  return {
    preset: nearest.name,
    changes: nearest.changes.map(({ key, before, after }) => ({ key, preset: shown(before), run: shown(after) })),
    values: Object.fromEntries(valuesOf(config, '')),
  };
}
