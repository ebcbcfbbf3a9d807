import { z } from 'zod';
import { partOptions, type PartKind } from './part-options';
import { runConfigSchema } from './run-config';
import { taskOptions } from './task-options';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Whether a bound is only that of exact integers in JavaScript, which zod states for each whole number. */
const isNoBound = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) === Number.MAX_SAFE_INTEGER;

function withoutNoise(schema: JsonSchema): void {
  if (isNoBound(schema.minimum)) delete schema.minimum;
  if (isNoBound(schema.maximum)) delete schema.maximum;
}

const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      withoutNoise(jsonSchema);
      const { partKind, byName, isTask, description, default: byDefault } = jsonSchema;
      if (partKind === undefined && isTask === undefined) return;
      Object.keys(jsonSchema).forEach((key) => delete jsonSchema[key]);
      Object.assign(
        jsonSchema,
        description !== undefined && { description },
        byDefault !== undefined && { default: byDefault },
        isTask ? tasksSchema() : partSchema(partKind as PartKind, byName === true),
      );
    },
  });
  delete json['$schema'];
  return json;
};

/** One of your own: any name in `key` that is not standard, with any options. */
const ownSchema = (key: 'type' | 'kind', names: readonly string[], description: string): JsonSchema => ({
  type: 'object',
  description,
  properties: { [key]: { type: 'string', pattern: notOneOf(names) } },
  required: [key],
});

const notOneOf = (names: readonly string[]) => `^(?!(${names.join('|')})$)`;

/** A standard part with its options, or a part of another name with any options. @param byName: or a name alone */
function partSchema(kind: PartKind, byName: boolean): JsonSchema {
  const standard = Object.entries(partOptions[kind]).map(([type, options]): JsonSchema => {
    const { properties, required = [], ...rest } = jsonSchemaOf(options);
    return { ...rest, properties: { type: { const: type }, ...properties }, required: ['type', ...required] };
  });
  const names = Object.keys(partOptions[kind]);
  const nameAlone: JsonSchema[] = [{ enum: names }, { type: 'string', pattern: notOneOf(names) }];
  const own = ownSchema('type', names, 'A part of your own, from "imports"');
  return { anyOf: [...(byName ? nameAlone : []), ...standard, own] };
}

/** A standard task with its options, or a task of another kind with any options. */
function tasksSchema(): JsonSchema {
  const own = ownSchema('kind', Object.keys(taskOptions), 'A task of your own, from "imports"');
  return { anyOf: [...Object.values(taskOptions).map((options) => jsonSchemaOf(options)), own] };
}

/** The JSON Schema of a config file, for completion and checks in editors. */
export const runConfigJsonSchema = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A run of hrm train',
  ...jsonSchemaOf(runConfigSchema),
});

/** Describes the type of a key in a few words. */
function describeType(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.pattern?.startsWith('^(?!')) return 'name of your own';
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return [...new Set(either.map((one) => describeType(one as JsonSchema)))].join(', or ');
  if (schema.type === 'array') {
    const items = Array.isArray(schema.items) ? schema.items : undefined;
    return items ? `${items.length} numbers` : 'list';
  }
  if (schema.type === 'object') return 'object';
  const bounds = [
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `over ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && schema.exclusiveMaximum === undefined && `to ${schema.maximum}`,
    schema.exclusiveMaximum !== undefined && `to below ${schema.exclusiveMaximum}`,
  ].filter(Boolean);
  return [schema.type === 'integer' ? 'whole number' : schema.type, ...bounds].join(' ');
}

function table(schema: JsonSchema, { without = [] as readonly string[] } = {}): string {
  const rows = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (without.includes(key)) return [];
    const property = value as JsonSchema;
    const byDefault =
      property.default !== undefined
        ? `\`${JSON.stringify(property.default)}\``
        : schema.required?.includes(key)
          ? 'required'
          : '';
    return [`| \`${key}\` | ${describeType(property)} | ${byDefault} | ${property.description ?? ''} |`];
  });
  return rows.length === 0
    ? 'No options.'
    : ['| key | value | default | what |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const named = (schema: JsonSchema, key: string) => String((schema.properties?.[key] as JsonSchema | undefined)?.const);

/** The reference of all keys, as Markdown. */
export function runConfigMarkdown(): string {
  const root = runConfigJsonSchema();
  const within = (schema: JsonSchema, key: string) => schema.properties![key] as JsonSchema;
  const model = within(root, 'model');
  const training = within(root, 'training');
  const tasks = (within(root, 'task').anyOf as JsonSchema[]).filter((task) => named(task, 'kind') !== 'undefined');
  const parts = (schema: JsonSchema) =>
    (schema.anyOf as JsonSchema[])
      .filter((part) => named(part, 'type') !== 'undefined')
      .map((part) => `#### \`${named(part, 'type')}\`\n\n${table(part, { without: ['type'] })}`);
  return `${[
    `# Every key of a config

\`hrm train CONFIG\` reads a JSON file with these keys; any other key is an error. This page is generated from the schema that
checks the file. For completion and checks in an editor, add \`"$schema": "./node_modules/@hrm/cli/schema/run-config.schema.json"\`;
in a clone of the repository it is \`apps/reference-trainer/schema/run-config.schema.json\`.`,
    table(root),
    '## `task`',
    ...tasks.map(
      (task) =>
        `### \`"kind": "${named(task, 'kind')}"\`\n\n${within(task, 'kind').description}.\n\n${table(task, { without: ['kind'] })}`,
    ),
    'Any other kind is a task of your own, from `imports`, with its own options.',
    '## `generate`',
    table(within(root, 'generate')),
    '## `model`',
    table(model),
    `A part is chosen by its \`type\`, with its options next to it: \`{ "type": "attention", "heads": 4 }\`. Any other type is a part of your
own, from \`imports\`.`,
    ...(['block', 'schedule', 'halting'] as const).flatMap((kind) => [
      `### \`model.${kind}\``,
      ...parts(within(model, kind)),
    ]),
    '## `training`',
    table(training),
    `\`optimizer\` and \`tokenLoss\` are a name, or a part with options: \`{ "type": "muon", "momentum": 0.9 }\`.`,
    '### `training.optimizer`',
    ...parts(within(training, 'optimizer')),
    '### `training.augmentations`',
    ...parts((within(training, 'augmentations') as { items: JsonSchema }).items),
  ].join('\n\n')}\n`;
}
