import { join } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import {
  describeSeconds,
  type Engine,
  finishBeforeStopping,
  makeTask,
  percent,
  preparePuzzles,
  puzzlesFingerprint,
  type RunCatalog,
  type RunConfig,
  type Terminal,
} from '@hrm/cli/internal';
import { readCell, saveCell, type CellResult } from './cell-result';
import { cellConfig, describeCell, type ComparisonCell } from './comparison-cell';
import { comparisonTables } from './comparison-tables';
import { type CellPuzzles, trainCell } from './train-cell';

/** The result of a cell in one line. */
function describeResult(result: CellResult): string {
  const { cell } = result;
  if (result.outcome === 'failed') return `${describeCell(cell)}: failed, ${result.reason}`;
  const { puzzles, cells, puzzlesHalting, segmentsHalting, seconds, cpuSeconds } = result.figures;
  return (
    `${describeCell(cell)}: ${percent(puzzles)} of puzzles, ${percent(cells)} of cells; halting, ${percent(puzzlesHalting)} ` +
    `in ${segmentsHalting.toFixed(2)} segments; ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU s` +
    (result.outcome === 'not-learned' ? '; it learned nothing' : '')
  );
}

/** Puzzles of a comparison, and their fingerprint if they are those of a folder. */
type PreparedPuzzles = CellPuzzles & { fingerprint?: string };

async function prepare(config: RunConfig, data: string | undefined, parts: RunCatalog): Promise<PreparedPuzzles> {
  const task = makeTask(config, parts);
  const puzzles = await preparePuzzles(config, data, task);
  if (data === undefined) return { task, puzzles };
  return { task, puzzles, fingerprint: [puzzles.train, puzzles.test].map(puzzlesFingerprint).join(' ') };
}

/**
 * Trains the cells one after another. Each result, and the tables so far, are written before the next cell begins.
 * Cells that are in the folder already are not trained again.
 */
export async function runComparison(
  cells: readonly ComparisonCell[],
  options: { out: string; steps?: number | undefined; engine: Engine; parts: RunCatalog; terminal: Terminal },
): Promise<CellResult[]> {
  const { out, steps, engine, parts, terminal } = options;
  // All cells of the same name have the same puzzles.
  const known = new Map<string, PreparedPuzzles>();
  const puzzlesFor = async (config: RunConfig, { puzzles: { name, data } }: ComparisonCell) => {
    const prepared = known.get(name) ?? (await prepare(config, data, parts));
    known.set(name, prepared);
    return prepared;
  };
  const results: CellResult[] = [];
  const writeTables = () =>
    replaceFile(join(out, 'comparison.md'), new TextEncoder().encode(`${comparisonTables(results)}\n`));
  const started = performance.now();
  let trained = 0;
  for (const [index, cell] of cells.entries()) {
    const { name, task } = { ...cell.puzzles, name: describeCell(cell) };
    const augment = makeTask({ name, task }, parts).augment !== undefined;
    const config = cellConfig(cell, { steps, augment });
    const ofFolder = cell.puzzles.data === undefined ? undefined : await puzzlesFor(config, cell);
    const training = { config, puzzles: ofFolder?.fingerprint };
    const before = readCell(out, training, cell);
    if (before) {
      results.push(before);
      continue;
    }
    const outcome = await trainCell(config, await puzzlesFor(config, cell), { compile: engine.compile, parts });
    const result: CellResult = { cell, ...outcome };
    results.push(result);
    await finishBeforeStopping(async () => {
      await saveCell(out, training, result);
      await writeTables();
    });
    trained++;
    const left = ((performance.now() - started) / 1000 / trained) * (cells.length - index - 1);
    terminal.say(`[${index + 1}/${cells.length}, about ${describeSeconds(left)} to go] ${describeResult(result)}`);
  }
  await finishBeforeStopping(writeTables);
  return results;
}
