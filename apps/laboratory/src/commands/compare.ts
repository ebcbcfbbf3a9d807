import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  backendOptions,
  continueWithoutReaders,
  count,
  defineCommand,
  importsOption,
  list,
  loadParts,
  namesOf,
  type RunCatalog,
  startEngine,
  taskOfOptions,
  Terminal,
  text,
  texts,
  UsageError,
} from '@hrm/cli/internal';
import { expectResultsFolder } from '../bench/report/results-folder';
import { chooseParts, comparedBlocks, comparedControllers, comparedSchedules } from '../compare/compared-parts';
import { type ComparedPuzzles, comparedSudoku, puzzlesOfFolder, puzzlesOfTask } from '../compare/compared-puzzles';
import { comparisonCells, USUAL_BLOCK } from '../compare/comparison-cell';
import { comparisonRows } from '../compare/comparison-rows';
import { comparisonTables } from '../compare/comparison-tables';
import { runComparison } from '../compare/run-comparison';

/** Sudoku sizes, as typed. */
const sizes = Object.keys(comparedSudoku) as `${keyof typeof comparedSudoku}`[];

/** Options of `hrm-lab compare`. */
const compareOptions = z.strictObject({
  ...backendOptions,
  schedules: text(`Some of ${namesOf(comparedSchedules).join(', ')}, separated by commas`, { value: 'names' }).default(
    'all',
  ),
  controllers: text(
    `Some of ${namesOf(comparedControllers).join(', ')}, separated by commas; graves is the controller graves-act`,
    { value: 'names' },
  ).default('all'),
  blocks: text(`Some of ${namesOf(comparedBlocks).join(', ')}, separated by commas`, { value: 'names' }).default(
    USUAL_BLOCK,
  ),
  sizes: list('Sudoku of 4, 6 or 4,6 (default: both, if there is no other task)', sizes, {
    value: 'sizes',
  }).optional(),
  task: text('Another task, such as parity: see `hrm data generate --help`', { value: 'name' }).optional(),
  set: texts('--task: an option of the task, such as length=12; may be repeated', {
    value: 'key=value',
    expected: 'an assignment such as length=12',
  }),
  train: count('--task: training puzzles (default: 5000)').optional(),
  test: count('--task: held-out puzzles (default: 200)').optional(),
  data: text('Puzzles made by `hrm data`, instead of generated ones', { value: 'folder' }).optional(),
  imports: texts('Module with a task, schedules, controllers or blocks of your own; may be repeated', {
    value: 'file',
    expected: 'a module',
  }),
  ...importsOption,
  seeds: count('Seeds of each pair, counted from 0').default(3),
  steps: count('Training steps of each model, instead of those of its size').optional(),
  out: text('Folder of the results; a comparison in it is continued', {
    value: 'folder',
    expected: 'a folder for the results',
  }),
});

type CompareOptions = z.infer<typeof compareOptions>;

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

/** The puzzles that the options choose. @throws UsageError for options that do not go together. */
function puzzlesOf(options: CompareOptions, parts: RunCatalog): ComparedPuzzles[] {
  const { sizes: chosen, task, set, train, test, data, imports } = options;
  const kinds = Object.entries({ sizes: chosen, task, data }).filter(([, value]) => value !== undefined);
  if (kinds.length > 1) throw new UsageError(`--${kinds.map(([flag]) => flag).join(', --')}: give only one`);
  const ofTask = Object.entries({ set: set[0], train, test }).find(([, value]) => value !== undefined);
  if (task === undefined && ofTask) throw new UsageError(`--${ofTask[0]} belongs to --task`);
  if (data !== undefined) return [puzzlesOfFolder(data, imports)];
  if (task === undefined) {
    return (chosen ?? sizes).map((size) => ({ ...comparedSudoku[size], ...(imports.length > 0 && { imports }) }));
  }
  return [puzzlesOfTask(taskOfOptions({ task, set }, parts), { train: train ?? 5000, test: test ?? 200, imports })];
}

/** Runs `hrm-lab compare`. */
async function compare(options: CompareOptions): Promise<void> {
  const terminal = new Terminal(options.json);
  const { seeds, steps, out, imports, allowImports } = options;
  const { parts } = await loadParts({ name: 'compare', imports }, { allowImports, terminal });
  const cells = comparisonCells({
    puzzles: puzzlesOf(options, parts),
    schedules: chooseParts('schedules', options.schedules, comparedSchedules, parts.schedules),
    controllers: chooseParts('controllers', options.controllers, comparedControllers, parts.halting),
    blocks: chooseParts('blocks', options.blocks, comparedBlocks, parts.blocks),
    seeds,
  });
  await expectResultsFolder(out);
  expectComparison(out);
  const engine = await startEngine(terminal, options);
  mkdirSync(out, { recursive: true });
  terminal.say(`${cells.length} models to train. Results: ${out}`);
  const results = await runComparison(cells, { out, steps, engine, parts, terminal });
  terminal.say(`\n${comparisonTables(results)}`);
  terminal.result({ out, backend: engine.backend.name, compile: options.compile, rows: comparisonRows(results) });
  if (results.every(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

export const compareCommand = defineCommand({
  name: 'compare',
  summary: 'Train one small model with every schedule and every halting controller, or block, on any task',
  options: compareOptions,
  examples: [
    'hrm-lab compare --schedules one-step-gradient,unrolled --controllers halt-only --sizes 4 --out runs/comparison',
    'hrm-lab compare --task parity --set length=12 --controllers halt-only --out runs/parity',
  ],
  run: (options) => continueWithoutReaders(() => compare(options)),
});
