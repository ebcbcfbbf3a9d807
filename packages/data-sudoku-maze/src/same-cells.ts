import { expectArray } from '@hrm/files/internal';

/** Checks that all grids of one drawing have the same number of cells. @throws RangeError if one differs. */
export function expectSameCells(cells: number, others: Record<string, ArrayLike<number> | undefined>): void {
  for (const [name, other] of Object.entries(others)) {
    if (other !== undefined) expectArray(`The ${name}`, other);
    if (other && other.length !== cells) {
      throw new RangeError(`The ${name} must have the ${cells} cells of the question; got ${other.length}.`);
    }
  }
}
