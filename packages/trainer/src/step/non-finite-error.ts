/** A step gave infinite or undefined values, and was not applied. */
export class NonFiniteError extends Error {
  constructor(
    readonly step: number,
    /** What was not finite: `loss`, `gradient/...`, `parameter/...`. */
    readonly culprits: readonly string[],
  ) {
    const shown = culprits.slice(0, 5).join(', ') + (culprits.length > 5 ? ` and ${culprits.length - 5} more` : '');
    super(
      `Step ${step} is not finite in ${shown}. It was not applied: the parameters are those after step ${step - 1}. ` +
        'A lower learning rate or a longer warm-up usually helps.',
    );
    this.name = 'NonFiniteError';
  }
}

/** Throws a {@link NonFiniteError} if any of a step's sums is infinite or undefined. */
export function expectFinite(step: number, sums: { [name: string]: number }): void {
  const culprits = Object.keys(sums).filter((name) => !Number.isFinite(sums[name]));
  if (culprits.length > 0) throw new NonFiniteError(step, culprits);
}
