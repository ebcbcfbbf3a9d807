import { GridRotaryEmbedding, RotaryEmbedding, type PositionRotation } from '@hrm/layers';
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

/** The rotary tables of a model, shared by its blocks: one for each width of a head that a block asks for. */
export class RotaryTables {
  readonly #tables = new Map<number, PositionRotation>();
  readonly #make: (headSize: number) => PositionRotation | undefined;

  /** @param sizes `seqLen`: tokens of a puzzle; `prefixLen`: positions before them; `theta`: base of the wavelengths. */
  constructor(
    positions: Positions,
    { seqLen, prefixLen, theta }: { seqLen: number; prefixLen: number; theta: number | undefined },
  ) {
    const base = theta === undefined ? {} : { theta };
    this.#make = (headSize) => {
      if (positions === 'rope') return new RotaryEmbedding({ headSize, seqLen: prefixLen + seqLen, ...base });
      if (typeof positions === 'string') return undefined;
      const { rows, columns } = positions;
      return new GridRotaryEmbedding({ headSize, rows, columns, prefixLen, ...base });
    };
  }

  /** The table for heads of a width; undefined if positions are not rotary. */
  forHeads(headSize: number): PositionRotation | undefined {
    const table = this.#tables.get(headSize) ?? this.#make(headSize);
    if (table) this.#tables.set(headSize, table);
    return table;
  }

  dispose(): void {
    for (const table of this.#tables.values()) table.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
