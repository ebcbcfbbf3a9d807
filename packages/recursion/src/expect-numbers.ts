/** Throws unless a count is a whole number of at least `least`. */
export function expectCount(owner: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${owner}: ${name} is ${value}, expected a whole number of at least ${least}`);
  }
}

/** Throws unless a number is over 0 and at most 1. */
export function expectShare(owner: string, name: string, value: number): void {
  if (!(value > 0 && value <= 1)) {
    throw new RangeError(`${owner}: ${name} is ${value}, expected a number over 0 and at most 1, such as 0.5`);
  }
}

/** Throws unless a number is finite and at least 0. */
export function expectNotNegative(owner: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`${owner}: ${name} is ${value}, expected a finite number of at least 0`);
  }
}
