/** Estimates the remaining time of long work. */
export class TimeLeft {
  readonly #total: number;
  /** The first update. The first piece of work also compiles, so time counts from its end on. */
  #first: { done: number; at: number } | undefined;

  constructor(total: number) {
    this.#total = total;
  }

  /** The seconds that are left when `done` of the total is done; NaN if that is not known yet. */
  update(done: number): number {
    const now = performance.now();
    this.#first ??= { done, at: now };
    const made = done - this.#first.done;
    return made > 0 ? ((now - this.#first.at) / 1000 / made) * (this.#total - done) : Number.NaN;
  }
}
