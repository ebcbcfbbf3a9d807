import { GridRotaryEmbedding, RotaryEmbedding, type PositionRotation } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';

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
  for (const [name, value] of Object.entries({ rows, columns })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`RecursiveReasoner: positions: ${name} is ${value}, expected a whole number of at least 1`);
    }
  }
  if (rows * columns !== seqLen) {
    throw new RangeError(
      `RecursiveReasoner: positions: a grid of ${rows} rows and ${columns} columns has ${rows * columns} cells, ` +
        `but puzzles have ${seqLen} tokens; give rows and columns whose product is ${seqLen}`,
    );
  }
}

/** Sizes of a rotary table. */
interface RotationSizes {
  headSize: number;
  /** Tokens of a puzzle. */
  seqLen: number;
  /** Positions before the tokens. */
  prefixLen: number;
  theta: number | undefined;
}

/** The rotary table for heads of one size; undefined if positions are not rotary. */
export function rotationOf(
  positions: Positions,
  { headSize, seqLen, prefixLen, theta }: RotationSizes,
): PositionRotation | undefined {
  if (positions === 'rope') return new RotaryEmbedding({ headSize, seqLen: prefixLen + seqLen, theta });
  if (typeof positions === 'string') return undefined;
  const { rows, columns } = positions;
  return new GridRotaryEmbedding({ headSize, rows, columns, prefixLen, ...(theta !== undefined && { theta }) });
}
