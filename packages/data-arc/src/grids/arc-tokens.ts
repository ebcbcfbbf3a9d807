import { PAD_TOKEN } from '@hrm/data';
import { ARC_COLOURS, ARC_SIDE, type ArcGrid } from './arc-grid';

/** Number of tokens of a grid: a square of 30x30. */
export const ARC_SEQ_LEN = ARC_SIDE * ARC_SIDE;

/** Tokens are 0 padding, 1 the border below and to the right of a grid, 2 to 11 the colours 0 to 9. */
export const ARC_VOCAB_SIZE = ARC_COLOURS + 2;

const BORDER = 1;
const FIRST_COLOUR = 2;

/** Where a grid lies in the square. Default: at the top left. */
export interface ArcPosition {
  row?: number;
  column?: number;
}

/** Writes the tokens of a grid into 900 zeros. */
export function writeArcTokens(
  tokens: Uint8Array,
  { width, height, cells }: ArcGrid,
  { row: top = 0, column: left = 0 }: ArcPosition = {},
): void {
  for (let row = 0; row < height; row++) {
    const start = (top + row) * ARC_SIDE + left;
    for (let column = 0; column < width; column++) tokens[start + column] = cells[row * width + column]! + FIRST_COLOUR;
    if (left + width < ARC_SIDE) tokens[start + width] = BORDER;
  }
  const below = (top + height) * ARC_SIDE + left;
  if (top + height < ARC_SIDE) tokens.fill(BORDER, below, below + width);
}

/**
 * Turns a grid into 900 tokens, the rows of a square of 30x30. Source: `np_grid_to_seq_translational_augment` of the
 * official dataset/build_arc_dataset.py.
 *
 * @param position row and column of the grid's first cell. Default: the top left.
 * @throws RangeError if the grid does not fit there.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, encodeArcGrid } from '@hrm/data-arc';
 *
 * const tokens = encodeArcGrid(arcGridFromRows([[0, 5]]));
 * console.log(tokens.length, tokens.subarray(0, 4).join()); // 900 2,7,1,0
 * ```
 */
export function encodeArcGrid(grid: ArcGrid, position: ArcPosition = {}): Uint8Array {
  const { row = 0, column = 0 } = position;
  const fits = (start: number, side: number) => Number.isInteger(start) && start >= 0 && start + side <= ARC_SIDE;
  if (!fits(row, grid.height) || !fits(column, grid.width) || grid.cells.length !== grid.width * grid.height) {
    throw new RangeError(
      `encodeArcGrid: a grid of ${grid.width}x${grid.height} with ${grid.cells.length} cells at row ${row} and column ` +
        `${column} does not fit into ${ARC_SIDE}x${ARC_SIDE}`,
    );
  }
  const tokens = new Uint8Array(ARC_SEQ_LEN).fill(PAD_TOKEN);
  writeArcTokens(tokens, grid, position);
  return tokens;
}

/**
 * Reads the grid at the top left of 900 tokens: the largest rectangle there without padding or border. Tokens of a
 * model may have any form, so the grid may be empty. Of rectangles of equal size it is the one with the fewest rows.
 * Source: `_crop` of the official evaluators/arc.py.
 *
 * @throws RangeError unless there are 900 tokens.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, cropArcGrid, encodeArcGrid } from '@hrm/data-arc';
 *
 * const { width, height, cells } = cropArcGrid(encodeArcGrid(arcGridFromRows([[0, 5], [1, 2]])));
 * console.log(width, height, cells.join()); // 2 2 0,5,1,2
 * ```
 */
export function cropArcGrid(tokens: ArrayLike<number>): ArcGrid {
  if (tokens.length !== ARC_SEQ_LEN) {
    throw new RangeError(`cropArcGrid: got ${tokens.length} tokens, expected ${ARC_SEQ_LEN}`);
  }
  const isColour = (row: number, column: number) => {
    const token = tokens[row * ARC_SIDE + column]!;
    return token >= FIRST_COLOUR && token < ARC_VOCAB_SIZE;
  };
  let [width, height] = [0, 0];
  // The columns that hold colours in all rows so far.
  let columns = ARC_SIDE;
  for (let row = 0; row < ARC_SIDE && columns > 0; row++) {
    let filled = 0;
    while (filled < columns && isColour(row, filled)) filled++;
    columns = filled;
    if (columns * (row + 1) > width * height) [width, height] = [columns, row + 1];
  }
  const cells = new Uint8Array(width * height);
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = tokens[Math.floor(cell / width) * ARC_SIDE + (cell % width)]! - FIRST_COLOUR;
  }
  return { width, height, cells };
}
