import { expectSizes } from '../checks/expect-sizes';

/**
 * A relation between the cells of a puzzle: `relation[cell]` lists the cells that it is joined to, by their index in
 * the sequence. Every cell is joined to itself, listed or not.
 */
export type Relation = readonly (readonly number[])[];

/** A grid that is read row by row. */
export interface Grid {
  rows: number;
  columns: number;
  /** Rows and columns of a box, as in Sudoku. Default none. */
  boxRows?: number;
  boxColumns?: number;
}

/** Names of a {@link Grid}'s relations. */
export type GridRelation = 'row' | 'column' | 'box' | 'neighbours';

/** Whether two cells are joined. */
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
          `gridRelation: a grid of ${rows} x ${columns} cannot be divided into boxes of ${height} x ${width}`,
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
 * Makes a relation of a grid: each cell is joined to the cells of its row, of its column, of its box, or to its up to
 * eight neighbours.
 *
 * @throws RangeError for wrong sizes, or boxes that do not divide the grid.
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
