import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  backendOptions,
  count,
  defineCommand,
  continueWithoutReaders,
  list,
  namesOf,
  startEngine,
  Terminal,
  text,
  UsageError,
} from '@hrm/reference-trainer/internal';
import { expectResultsFolder } from '../bench/report/results-folder';
import { comparedControllers, comparedSchedules, comparedSizes, comparisonCells } from '../compare/comparison-cell';
import { comparisonRows } from '../compare/comparison-rows';
import { comparisonTables } from '../compare/comparison-tables';
import { runComparison } from '../compare/run-comparison';

/** Options of `hrm-lab compare`. */
const compareOptions = z.strictObject({
  ...backendOptions,
  schedules: list(
    `Some of ${namesOf(comparedSchedules).join(', ')}, separated by commas`,
    namesOf(comparedSchedules),
  ).prefault('all'),
  controllers: list(
    `Some of ${namesOf(comparedControllers).join(', ')}, separated by commas; graves is the controller graves-act`,
    namesOf(comparedControllers),
  ).prefault('all'),
  sizes: list('Sudoku of 4, 6 or 4,6', Object.keys(comparedSizes) as `${keyof typeof comparedSizes}`[], {
    value: 'sizes',
  }).prefault('all'),
  seeds: count('Seeds of each pair, counted from 0').default(3),
  steps: count('Training steps of each model, instead of those of its size').optional(),
  out: text('Folder of the results; a comparison in it is continued', {
    value: 'folder',
    expected: 'a folder for the results',
  }),
});

/**
 * Makes sure that the tables overwrite only those of a comparison.
 *
 * @throws UsageError if they would overwrite another file.
 */
function expectComparison(out: string): void {
  if (!existsSync(join(out, 'comparison.md')) || existsSync(join(out, 'cells'))) return;
  throw new UsageError(
    `--out: comparison.md in ${out} is not of a comparison (there is no folder "cells"); choose another folder`,
  );
}

/** Runs `hrm-lab compare`. */
async function compare(options: z.infer<typeof compareOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { schedules, controllers, seeds, steps, out } = options;
  const sizes = options.sizes.map((size) => Number(size) as keyof typeof comparedSizes);
  const cells = comparisonCells({ sizes, schedules, controllers, seeds });
  await expectResultsFolder(out);
  expectComparison(out);
  const engine = await startEngine(terminal, options);
  mkdirSync(out, { recursive: true });
  terminal.say(`${cells.length} models to train. Results: ${out}`);
  const results = await runComparison(cells, { out, steps, engine, terminal });
  terminal.say(`\n${comparisonTables(results)}`);
  terminal.result({ out, backend: engine.backend.name, compile: options.compile, rows: comparisonRows(results) });
  if (results.every(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

export const compareCommand = defineCommand({
  name: 'compare',
  summary: 'Train one small model with every schedule and every halting controller',
  options: compareOptions,
  examples: [
    'hrm-lab compare --schedules one-step-gradient,unrolled --controllers halt-only --sizes 4 --out runs/comparison',
  ],
  run: (options) => continueWithoutReaders(() => compare(options)),
});
