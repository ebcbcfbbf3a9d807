import type { HostTensor } from '@hrm/files';

/** How far a number may be from the recorded one: `absolute + relative * |recorded|`. */
export interface Bound {
  absolute: number;
  relative: number;
}

/** Bounds of outputs, losses and latents; of gradients and trained weights; of learning rates; and for exact values. */
export const BOUNDS = {
  value: { absolute: 2e-5, relative: 2e-4 },
  gradient: { absolute: 1e-5, relative: 5e-4 },
  rate: { absolute: 0, relative: 1e-12 },
  exact: { absolute: 0, relative: 0 },
} as const satisfies Record<string, Bound>;

/** How far a weight may differ after a step if rounding decided the sign of its gradient. */
export interface WholeSteps {
  /** Twice the learning rate. */
  limit: number;
  /** Whether an element's gradient has been so near zero that rounding may have decided its sign. */
  isUndecided: (index: number) => boolean;
}

/** The largest differences of one quantity, over all its elements and segments. */
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
  /** Elements that differ by a whole optimizer step because rounding decided the sign of their gradient. */
  wholeSteps: number;
}

/** Two tensors to compare. */
export interface ComparedTensors {
  quantity: string;
  /** The segment, and the name of the tensor if the quantity has several. */
  where: string;
  ours: HostTensor | undefined;
  theirs: HostTensor | undefined;
  bound: Bound;
  /** Which elements may differ by a whole optimizer step. Default: none. */
  wholeSteps?: WholeSteps;
}

/** Collects comparisons of our tensors with recorded ones: one report for each quantity. */
export class Comparison {
  readonly #reports = new Map<string, QuantityReport>();

  /** All quantities compared so far. */
  get reports(): QuantityReport[] {
    return [...this.#reports.values()];
  }

  /**
   * Compares two tensors element by element. If the sizes differ, every element is out of bounds; if one side lacks the
   * tensor, one element is.
   */
  compare({ quantity, where, ours, theirs, bound, wholeSteps }: ComparedTensors): void {
    if (!ours && !theirs) return;
    const report = this.#report(quantity);
    if (!ours || !theirs) return this.#fail(report, `${where}: ${ours ? 'the recording' : 'ours'} lacks it`, 1);
    const length = theirs.data.length;
    report.elements += length;
    if (ours.data.length !== length) {
      const shapes = `ours has shape [${ours.shape.join(', ')}], theirs [${theirs.shape.join(', ')}]`;
      return this.#fail(report, `${where}: ${shapes}`, length);
    }
    for (let i = 0; i < length; i++) {
      const [a, b] = [Number(ours.data[i]), Number(theirs.data[i])];
      const error = Math.abs(a - b);
      const allowed = bound.absolute + bound.relative * Math.abs(b);
      // NaN is out of bounds: no comparison with it holds.
      const within = error <= allowed;
      if (!within && wholeSteps && error <= wholeSteps.limit && wholeSteps.isUndecided(i)) {
        report.wholeSteps++;
        continue;
      }
      if (error > report.worstError || Number.isNaN(error)) report.worstError = error;
      const quotient = error === 0 ? 0 : error / allowed;
      const ratio = Number.isFinite(quotient) ? quotient : Infinity;
      if (!within) report.outOfBounds++;
      if (ratio > report.worstRatio) {
        report.worstRatio = ratio;
        report.where = `${where}[${i}]: ours ${a}, theirs ${b}`;
      }
    }
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

/** One in this many weights may differ by a whole step. */
const ELEMENTS_PER_WHOLE_STEP = 10_000;

/** Whether all quantities are within bounds, with no more whole steps than {@link ELEMENTS_PER_WHOLE_STEP} allows. */
export function isWithinBounds(reports: readonly QuantityReport[]): boolean {
  return reports.every(
    ({ outOfBounds, wholeSteps, elements }) =>
      outOfBounds === 0 && wholeSteps <= Math.ceil(elements / ELEMENTS_PER_WHOLE_STEP),
  );
}
