import type { CellFigures, CellResult } from './cell-result';
import { comparedAxes, type ComparedAxis, type ComparisonCell } from './comparison-cell';

/** A figure over the seeds of a cell. */
export interface Spread {
  mean: number;
  least: number;
  most: number;
}

/** The results of one schedule with one controller and one block, over all seeds; or over all of some of these. */
export interface ComparisonRow extends Record<ComparedAxis, string> {
  puzzles: string;
  seeds: number;
  /** Missing if no seed gave figures. */
  figures?: { [Name in keyof CellFigures]: CellFigures[Name] extends number ? Spread : Spread | undefined };
  /** Failures, with their seeds. */
  remarks: string[];
}

const spread = (values: readonly number[]): Spread => ({
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  least: Math.min(...values),
  most: Math.max(...values),
});

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

function remark({ cell, ...result }: CellResult): string[] {
  if (result.outcome === 'failed') return [`seed ${cell.seed} failed: ${result.reason}`];
  return result.outcome === 'not-learned' ? [`seed ${cell.seed} learned nothing`] : [];
}

/** Each figure over the results that have figures. */
function spreads(results: readonly CellResult[]): ComparisonRow['figures'] {
  const figures = results.flatMap((result) => (result.outcome === 'failed' ? [] : [result.figures]));
  if (figures.length === 0) return undefined;
  const names = Object.keys(figures[0]!) as (keyof CellFigures)[];
  const byName = names.map((name) => [name, figures.flatMap((each) => each[name] ?? [])] as const);
  const complete = byName.filter(([, values]) => values.length === figures.length);
  return Object.fromEntries(complete.map(([name, values]) => [name, spread(values)])) as ComparisonRow['figures'];
}

/** Cells with the same key have the same puzzles and the same parts on these axes. */
const keyOf = ({ puzzles, ...parts }: ComparisonCell, axes: readonly ComparedAxis[]) =>
  JSON.stringify([puzzles.name, ...axes.map((axis) => parts[axis])]);

/** Mean and range over the seeds of each combination of parts, in the order of the results. */
export function comparisonRows(results: readonly CellResult[]): ComparisonRow[] {
  return groupBy(results, ({ cell }) => keyOf(cell, comparedAxes)).map((group) => {
    const { puzzles, schedule, controller, block } = group[0]!.cell;
    const figures = spreads(group);
    return {
      puzzles: puzzles.title,
      schedule,
      controller,
      block,
      seeds: group.length,
      ...(figures && { figures }),
      remarks: group.flatMap(remark),
    };
  });
}

/**
 * Mean and range over all cells of a schedule, of a controller or of a block. A seed that is missing in some cells is left out of
 * all, so that the means are comparable.
 */
export function comparisonMargins(results: readonly CellResult[], of: ComparedAxis): ComparisonRow[] {
  const cellsOf = (seed: number) => results.filter(({ cell }) => cell.seed === seed).length;
  const most = Math.max(0, ...results.map(({ cell }) => cellsOf(cell.seed)));
  const whole = results.filter(({ cell }) => cellsOf(cell.seed) === most);
  return groupBy(whole, ({ cell }) => keyOf(cell, [of])).map((group) => {
    const { puzzles, ...cell } = group[0]!.cell;
    const figures = spreads(group);
    return {
      puzzles: puzzles.title,
      ...{ schedule: 'all', controller: 'all', block: 'all', [of]: cell[of] },
      seeds: new Set(group.map(({ cell }) => cell.seed)).size,
      ...(figures && { figures }),
      remarks: group.some(({ outcome }) => outcome !== 'trained') ? ['not all cells trained, see above'] : [],
    };
  });
}
