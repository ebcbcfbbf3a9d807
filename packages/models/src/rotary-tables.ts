import { GridRotaryEmbedding, RotaryEmbedding, type PositionRotation } from '@hrm/layers';
import type { Positions } from './config/positions';

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
