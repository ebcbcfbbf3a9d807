import { expectSizes } from '../checks/expect-sizes';

/**
 * Which cells of a puzzle each cell is joined to: `relation[cell]` lists them, by their place in the sequence. A cell is
 * joined to itself, listed or not.
 */
export type Relation = readonly (readonly number[])[];

/** A grid that is read row by row. */
export interface Grid {
  rows: number;
  columns: number;
  /** Rows and columns of the boxes that the grid falls into, as Sudoku's does. Default none. */
  boxRows?: number;
  boxColumns?: number;
}

/** The relations of a {@link Grid} that have a name. */
export type GridRelation = 'row' | 'column' | 'box' | 'neighbours';

/** Whether two cells, given by row and column, are joined. */
type Joins = (a: { row: number; column: number }, b: { row: number; column: number }) => boolean;

function joinsOf(name: GridRelation, { rows, columns, boxRows, boxColumns }: Grid): Joins {
  switch (name) {
    case 'row':
      return (a, b) => a.row === b.row;
    case 'column':
      return (a, b) => a.column === b.column;
    case 'neighbours':
      return (a, b) => Math.abs(a.row - b.row) <= 1 && Math.abs(a.column - b.column) <= 1;
    case 'box': {
      const [height, width] = [boxRows ?? 0, boxColumns ?? 0];
      expectSizes('gridRelation', { boxRows: height, boxColumns: width });
      if (rows % height !== 0 || columns % width !== 0) {
        throw new RangeError(
          `gridRelation: a grid of ${rows} x ${columns} does not fall into boxes of ${height} x ${width}`,
        );
      }
      const boxOf = (row: number, column: number) =>
        Math.floor(row / height) * (columns / width) + Math.floor(column / width);
      return (a, b) => boxOf(a.row, a.column) === boxOf(b.row, b.column);
    }
    default:
      throw new RangeError(
        `gridRelation: there is no relation "${String(name)}", expected row, column, box or neighbours`,
      );
  }
}

/**
 * A relation of the cells of a grid: those of a cell's row, of its column, of its box, or the up to eight around it
 * (`'neighbours'`).
 *
 * @throws RangeError for sizes that are no grid, or a box that does not divide it.
 *
 * @example
 * ```ts
 * import { gridRelation } from '@hrm/layers';
 *
 * console.log(gridRelation('box', { rows: 4, columns: 4, boxRows: 2, boxColumns: 2 })[0]); // [0, 1, 4, 5]
 * ```
 */
export function gridRelation(name: GridRelation, grid: Grid): Relation {
  const { rows, columns } = grid;
  expectSizes('gridRelation', { rows, columns });
  const joins = joinsOf(name, grid);
  const cells = Array.from({ length: rows * columns }, (_, cell) => ({
    row: Math.floor(cell / columns),
    column: cell % columns,
  }));
  return cells.map((a) => cells.flatMap((b, cell) => (joins(a, b) ? [cell] : [])));
}
