import type { CellFigures, CellResult } from './cell-result';

/** A figure over the seeds of a cell. */
export interface Spread {
  mean: number;
  least: number;
  most: number;
}

/** The results of one schedule with one controller, over all seeds. */
export interface ComparisonRow {
  size: number;
  schedule: string;
  controller: string;
  seeds: number;
  /** Missing if no seed gave figures. */
  figures?: { [Name in keyof CellFigures]: Spread };
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
  return Object.fromEntries(names.map((name) => [name, spread(figures.map((each) => each[name]))])) as {
    [Name in keyof CellFigures]: Spread;
  };
}

/** Mean and range over the seeds of each schedule with each controller, in the order of the results. */
export function comparisonRows(results: readonly CellResult[]): ComparisonRow[] {
  return groupBy(results, ({ cell }) => `${cell.size} ${cell.schedule} ${cell.controller}`).map((group) => {
    const { size, schedule, controller } = group[0]!.cell;
    const figures = spreads(group);
    return {
      size,
      schedule,
      controller,
      seeds: group.length,
      ...(figures && { figures }),
      remarks: group.flatMap(remark),
    };
  });
}

/**
 * Mean and range over all cells of a schedule, or of a controller. A seed that is missing in some cells is left out of
 * all, so that the means are comparable.
 */
export function comparisonMargins(results: readonly CellResult[], of: 'schedule' | 'controller'): ComparisonRow[] {
  const cellsOf = (seed: number) => results.filter(({ cell }) => cell.seed === seed).length;
  const most = Math.max(0, ...results.map(({ cell }) => cellsOf(cell.seed)));
  const whole = results.filter(({ cell }) => cellsOf(cell.seed) === most);
  return groupBy(whole, ({ cell }) => `${cell.size} ${cell[of]}`).map((group) => {
    const { size, schedule, controller } = group[0]!.cell;
    const figures = spreads(group);
    return {
      size,
      schedule: of === 'schedule' ? schedule : 'all',
      controller: of === 'controller' ? controller : 'all',
      seeds: new Set(group.map(({ cell }) => cell.seed)).size,
      ...(figures && { figures }),
      remarks: group.some(({ outcome }) => outcome !== 'trained') ? ['not all cells trained, see above'] : [],
    };
  });
}
