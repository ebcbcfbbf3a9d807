import type { ModelConfig } from './model-config';

/** The rows and columns of a puzzle. */
export interface PuzzleGrid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The config of a model for puzzles of another size. Its weights fit only if none depends on the size.
 *
 * @throws RangeError unless rows and columns are whole numbers from 1.
 */
export function configForGrid(config: ModelConfig, { rows, columns }: PuzzleGrid): ModelConfig {
  if (![rows, columns].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new RangeError(
      `grid: expected { rows, columns } as whole numbers from 1; got ${String(rows)} and ${String(columns)}`,
    );
  }
  // The config may come from a file and hold any value.
  const { positions } = config;
  const block = config.block as ModelConfig['block'] | null;
  const grid = block?.['grid'];
  const resized = (part: object) => ({ ...part, rows, columns });
  return {
    ...config,
    seqLen: rows * columns,
    ...(block && typeof grid === 'object' && { block: { ...block, grid: resized(grid as object) } }),
    ...(typeof positions === 'object' && 'rows' in positions && { positions: { ...positions, rows, columns } }),
  };
}
