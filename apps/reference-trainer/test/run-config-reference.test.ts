import { standardParts } from '@hrm/models';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { partOptions } from '../src/config/part-options';
import { presets, presetSummaries } from '../src/config/presets/presets';
import { runConfigJsonSchema, runConfigMarkdown } from '../src/config/run-config-reference';
import { taskOptions } from '../src/config/task-options';
import { standardCatalog } from '../src/run/parts/run-catalog';
import { standardTasks } from '../src/run/parts/standard-tasks';
import { tinyRun } from './tiny-run';

// Written by `npx vitest run --project reference-trainer run-config-reference -u`.
it('the published JSON Schema is that of the config', async () => {
  const text = `${JSON.stringify(runConfigJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../schema/run-config.schema.json');
});

it('docs/config.md has every key', async () => {
  await expect(runConfigMarkdown()).toMatchFileSnapshot('../../../docs/config.md');
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(runConfigJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const withPart = (part: object) => ({ ...tinyRun, model: { ...tinyRun.model, block: part } });

  it.each([...Object.values(presets), tinyRun])('accepts $name', (config) => {
    expect(schema.safeParse(config).error).toBeUndefined();
    expect(schema.safeParse({ ...config, $schema: './run-config.schema.json' }).error).toBeUndefined();
  });

  it('refuses what the command refuses, also within a part, and accepts a part of your own', () => {
    expect(schema.safeParse({ ...tinyRun, colour: 'red' }).success).toBe(false);
    expect(schema.safeParse({ ...tinyRun, training: { ...tinyRun.training, batchSize: 0 } }).success).toBe(false);
    expect(schema.safeParse(withPart({ type: 'attention', head: 4 })).success).toBe(false);
    expect(schema.safeParse(withPart({ type: 'attention', heads: 4 })).success).toBe(true);
    expect(schema.safeParse(withPart({ type: 'my-own', head: 4 })).success).toBe(true);
  });
});

/** The names of the options that a part lists in its error. */
function knownTo(make: (options: never, choose: never) => unknown): string[] {
  try {
    make({ noSuchOption: 1 } as never, (() => undefined) as never);
  } catch (error) {
    const names = /"noSuchOption", expected (.*)$/.exec((error as Error).message)?.[1];
    if (names !== undefined) return names.split(', ');
  }
  throw new Error('this part takes any option');
}

describe.each([
  ['block', standardParts.blocks],
  ['schedule', standardParts.schedules],
  ['halting', standardParts.halting],
] as const)('the options of each standard %s', (kind, parts) => {
  it('are those that the part knows', () => {
    const described: { readonly [type: string]: z.ZodObject } = partOptions[kind];
    expect(Object.keys(described).sort()).toEqual(Object.keys(parts).sort());
    for (const [type, make] of Object.entries(parts)) {
      // A config cannot hold a function.
      const known = knownTo(make).filter((name) => name !== 'onSolve');
      expect(Object.keys(described[type]!.shape).sort(), type).toEqual(known.sort());
    }
  });
});

it.each([
  ['task', taskOptions, standardTasks],
  ['tokenLoss', partOptions.tokenLoss, standardCatalog.losses],
  ['optimizer', partOptions.optimizer, standardCatalog.optimizers],
  ['augmentation', partOptions.augmentation, standardCatalog.augmentations],
])('the config describes each standard %s, and no other', (_kind, described, made) => {
  expect(Object.keys(described).sort()).toEqual(Object.keys(made).sort());
});

it('each preset has a line in the help', () => {
  expect(Object.keys(presetSummaries)).toEqual(Object.keys(presets));
});
