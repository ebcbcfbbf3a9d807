import { join } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import {
  describeSeconds,
  type Engine,
  finishBeforeStopping,
  percent,
  preparePuzzles,
  type RunConfig,
  type RunPuzzles,
  type Terminal,
} from '@hrm/reference-trainer/internal';
import { readCell, saveCell, type CellResult } from './cell-result';
import { cellConfig, describeCell, type ComparisonCell } from './comparison-cell';
import { comparisonTables } from './comparison-tables';
import { trainCell } from './train-cell';

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

/**
 * Trains the cells one after another. Each result, and the tables so far, are written before the next cell begins.
 * Cells that are in the folder already are not trained again.
 */
export async function runComparison(
  cells: readonly ComparisonCell[],
  { out, steps, engine, terminal }: { out: string; steps?: number | undefined; engine: Engine; terminal: Terminal },
): Promise<CellResult[]> {
  // All cells of a size have the same puzzles.
  const puzzles = new Map<number, RunPuzzles>();
  const puzzlesFor = async (config: RunConfig, size: number) => {
    const prepared = puzzles.get(size) ?? (await preparePuzzles(config, undefined));
    puzzles.set(size, prepared);
    return prepared;
  };
  const results: CellResult[] = [];
  const writeTables = () =>
    replaceFile(join(out, 'comparison.md'), new TextEncoder().encode(`${comparisonTables(results)}\n`));
  const started = performance.now();
  let trained = 0;
  for (const [index, cell] of cells.entries()) {
    const config = cellConfig(cell, steps);
    const before = readCell(out, config, cell);
    if (before) {
      results.push(before);
      continue;
    }
    const outcome = await trainCell(config, await puzzlesFor(config, cell.size), engine.compile);
    const result: CellResult = { cell, ...outcome };
    results.push(result);
    await finishBeforeStopping(async () => {
      await saveCell(out, config, result);
      await writeTables();
    });
    trained++;
    const left = ((performance.now() - started) / 1000 / trained) * (cells.length - index - 1);
    terminal.say(`[${index + 1}/${cells.length}, about ${describeSeconds(left)} to go] ${describeResult(result)}`);
  }
  await finishBeforeStopping(writeTables);
  return results;
}
