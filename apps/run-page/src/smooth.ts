/** Entries of a curve that are averaged, as a share of all. */
const WINDOW = 1 / 40;

/**
 * The moving mean of a curve. Where it has a gap, the mean of its neighbours is shown.
 *
 * @param weights of the entries, such as numbers of puzzles. Default: all the same.
 */
export function smooth(values: readonly (number | null)[], weights?: readonly number[]): (number | null)[] {
  const reach = Math.floor((values.length * WINDOW) / 2);
  return values.map((_, index) => {
    let [sum, total] = [0, 0];
    for (let at = Math.max(0, index - reach); at <= Math.min(values.length - 1, index + reach); at++) {
      const value = values[at];
      const weight = weights?.[at] ?? 1;
      if (value === null || value === undefined) continue;
      sum += weight * value;
      total += weight;
    }
    return total > 0 ? sum / total : null;
  });
}
