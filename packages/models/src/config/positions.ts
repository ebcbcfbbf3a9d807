import { expectOptions, expectSizes } from '@hrm/layers/internal';

/**
 * Positions of a grid that is read row by row. Attention sees the distance of two cells along rows and along columns.
 */
export interface GridPositions {
  type: 'grid-rope';
  rows: number;
  columns: number;
}

/**
 * How the model encodes positions: `'rope'` and `{ type: 'grid-rope', rows, columns }` use rotary tables in attention,
 * `'learned'` adds learned vectors to the input, `'none'` encodes nothing.
 */
export type Positions = 'rope' | 'learned' | 'none' | GridPositions;

const NAMES: readonly unknown[] = ['rope', 'learned', 'none'];

/** Throws unless positions are valid for puzzles of `seqLen` tokens. */
export function expectPositions(positions: Positions, seqLen: number): void {
  if (NAMES.includes(positions)) return;
  if (typeof positions !== 'object' || positions === null || positions.type !== 'grid-rope') {
    throw new RangeError(
      `RecursiveReasoner: positions is ${JSON.stringify(positions)}, expected 'rope', 'learned', 'none' or ` +
        `{ type: 'grid-rope', rows, columns }`,
    );
  }
  expectOptions('RecursiveReasoner: positions', positions, ['type', 'rows', 'columns']);
  const { rows, columns } = positions;
  expectSizes('RecursiveReasoner: positions', { rows, columns });
  if (rows * columns !== seqLen) {
    throw new RangeError(
      `RecursiveReasoner: positions: a grid of ${rows} rows and ${columns} columns has ${rows * columns} cells, ` +
        `but puzzles have ${seqLen} tokens; give rows and columns whose product is ${seqLen}`,
    );
  }
}
