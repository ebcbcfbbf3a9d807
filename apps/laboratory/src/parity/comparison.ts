import type { HostTensor } from '@hrm/files';

/** How far a number may be from the recorded one: `absolute + relative * |recorded|`. */
export interface Bound {
  absolute: number;
  relative: number;
}

/** Outputs, losses and latents; gradients and weights after steps; learning rates; and what must be equal. */
export const BOUNDS = {
  value: { absolute: 2e-5, relative: 2e-4 },
  gradient: { absolute: 1e-5, relative: 5e-4 },
  rate: { absolute: 0, relative: 1e-12 },
  exact: { absolute: 0, relative: 0 },
} as const satisfies Record<string, Bound>;

/** Weights after a step may differ by this much where the gradient's sign is a matter of rounding. */
export interface WholeSteps {
  /** Twice the learning rate. */
  limit: number;
  /** Whether an element's gradient has been so near zero that rounding may have chosen the step's direction. */
  isUndecided: (index: number) => boolean;
}

/** The worst that was found for one quantity, over all its elements and segments. */
export interface QuantityReport {
  quantity: string;
  elements: number;
  /** Largest `|ours - theirs|`. */
  worstError: number;
  /** Largest `|ours - theirs| / bound`: above 1 is out of bounds. */
  worstRatio: number;
  /** Where the largest ratio was found. */
  where: string;
  /** Elements out of bounds. */
  outOfBounds: number;
  /** Elements that differ by a whole optimizer step because their gradient's sign is a matter of rounding. */
  wholeSteps: number;
}

/** Collects comparisons of ours with theirs into one report a quantity. */
export class Comparison {
  readonly #reports = new Map<string, QuantityReport>();

  /** All quantities compared so far. */
  get reports(): QuantityReport[] {
    return [...this.#reports.values()];
  }

  /** Compares two tensors element by element. A difference in shape counts every element as out of bounds. */
  compare(
    quantity: string,
    where: string,
    ours: HostTensor,
    theirs: HostTensor,
    bound: Bound,
    wholeSteps?: WholeSteps,
  ): void {
    const report = this.#report(quantity);
    const length = theirs.data.length;
    report.elements += length;
    if (ours.data.length !== length) {
      this.#fail(
        report,
        `${where}: ours has shape [${ours.shape.join(', ')}], theirs [${theirs.shape.join(', ')}]`,
        length,
      );
      return;
    }
    for (let i = 0; i < length; i++) {
      const [a, b] = [Number(ours.data[i]), Number(theirs.data[i])];
      const error = Math.abs(a - b);
      const allowed = bound.absolute + bound.relative * Math.abs(b);
      // Written so that what is not a number is out of bounds.
      const within = error <= allowed;
      const excused = !within && wholeSteps !== undefined && error <= wholeSteps.limit && wholeSteps.isUndecided(i);
      if (excused) {
        report.wholeSteps++;
        continue;
      }
      if (error > report.worstError || Number.isNaN(error)) report.worstError = error;
      const ratio = within
        ? error === 0
          ? 0
          : error / allowed
        : Number.isFinite(error / allowed)
          ? error / allowed
          : Infinity;
      if (!within) report.outOfBounds++;
      if (ratio > report.worstRatio) {
        report.worstRatio = ratio;
        report.where = `${where}[${i}]: ours ${a}, theirs ${b}`;
      }
    }
  }

  /** Records that one side lacks a quantity that the other has. */
  missing(quantity: string, where: string): void {
    this.#fail(this.#report(quantity), where, 1);
  }

  #report(quantity: string): QuantityReport {
    const known = this.#reports.get(quantity);
    if (known) return known;
    const report = { quantity, elements: 0, worstError: 0, worstRatio: 0, where: '', outOfBounds: 0, wholeSteps: 0 };
    this.#reports.set(quantity, report);
    return report;
  }

  #fail(report: QuantityReport, where: string, count: number): void {
    report.outOfBounds += count;
    report.worstError = Infinity;
    report.worstRatio = Infinity;
    report.where = where;
  }
}

/** Of the weights after steps, one element in this many may differ by a whole step. */
export const ELEMENTS_PER_WHOLE_STEP = 10_000;

/** Whether everything was within bounds, and no more whole steps differ than are allowed. */
export function isWithinBounds(reports: readonly QuantityReport[]): boolean {
  return reports.every(
    ({ outOfBounds, wholeSteps, elements }) =>
      outOfBounds === 0 && wholeSteps <= Math.ceil(elements / ELEMENTS_PER_WHOLE_STEP),
  );
}
