import { mkdirSync } from 'node:fs';
import { z } from 'zod';
import { comparedControllers, comparedSchedules, comparedSizes, comparisonCells } from '../compare/comparison-cell';
import { comparisonRows } from '../compare/comparison-rows';
import { comparisonTables } from '../compare/comparison-tables';
import { runComparison } from '../compare/run-comparison';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';

const count = z.int().min(1);

/** A comma-separated list of some of these names, each once; all by default. */
const listOf = <Name extends string>(names: readonly Name[]) =>
  z
    .union([z.string(), z.int()])
    .optional()
    .transform((list, context): Name[] => {
      if (list === undefined) return [...names];
      const chosen = [...new Set(String(list).split(','))] as Name[];
      const unknown = chosen.find((name) => !names.includes(name));
      if (unknown === undefined) return chosen;
      context.addIssue({ code: 'custom', message: `"${unknown}" is none of ${names.join(', ')}` });
      return z.NEVER;
    });

const namesOf = <Name extends string>(parts: { [key in Name]: unknown }) => Object.keys(parts) as Name[];

/** Options of `hrm compare`. */
export const compareOptions = z.strictObject({
  ...backendOptions,
  schedules: listOf(namesOf(comparedSchedules)),
  controllers: listOf(namesOf(comparedControllers)),
  sizes: listOf(Object.keys(comparedSizes) as `${keyof typeof comparedSizes}`[]),
  seeds: count.default(3),
  steps: count.optional(),
  out: textOption('expected a folder for the results'),
});

/** `hrm compare --out DIR`. */
export async function compare(options: z.infer<typeof compareOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { schedules, controllers, seeds, steps, out } = options;
  const sizes = options.sizes.map((size) => Number(size) as keyof typeof comparedSizes);
  const cells = comparisonCells({ sizes, schedules, controllers, seeds });
  const engine = await startEngine(terminal, options);
  mkdirSync(out, { recursive: true });
  terminal.say(`${cells.length} models to train. Results: ${out}`);
  const results = await runComparison(cells, { out, steps, engine, terminal });
  terminal.say(`\n${comparisonTables(results)}`);
  terminal.result({ out, backend: engine.backend.name, compile: options.compile, rows: comparisonRows(results) });
  if (results.every(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}
