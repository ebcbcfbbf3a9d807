/** Checks that what is drawn together has as many cells. */
export function expectSameCells(cells: number, others: Record<string, ArrayLike<number> | undefined>): void {
  for (const [name, other] of Object.entries(others)) {
    if (other && other.length !== cells) {
      throw new RangeError(`The ${name} must have the ${cells} cells of the question; got ${other.length}.`);
    }
  }
}
