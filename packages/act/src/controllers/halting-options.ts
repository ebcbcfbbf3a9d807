/** Throws unless a controller's number of segments makes sense. */
export function expectMaxSegments(controller: string, maxSegments: number, option = 'maxSegments'): void {
  if (!Number.isInteger(maxSegments) || maxSegments < 1) {
    throw new RangeError(`${controller}: ${option} is ${maxSegments}, expected a whole number of at least 1`);
  }
}

/** Throws unless each option is a share between 0 and 1, both allowed. */
export function expectShare(controller: string, options: { [option: string]: number }): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`${controller}: ${option} is ${value}, expected a share between 0 and 1`);
    }
  }
}

/** Throws unless each option is a number from 0 on, such as the weight of a loss. */
export function expectWeight(controller: string, options: { [option: string]: number }): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new RangeError(`${controller}: ${option} is ${value}, expected a number of at least 0`);
    }
  }
}

/** Throws unless a discount is over 0 and at most 1. */
export function expectDiscount(controller: string, discount: number): void {
  if (!(discount > 0 && discount <= 1)) {
    throw new RangeError(
      `${controller}: discount is ${discount}, expected a number over 0 and at most 1, such as 0.95`,
    );
  }
}
