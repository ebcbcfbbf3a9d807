/** The width of a head in the published models. */
const USUAL_HEAD_SIZE = 64;

/**
 * How many heads a model of this width has where nobody says: those that share `hiddenSize` evenly, as near as can be to
 * `hiddenSize / 64`. Heads of an odd width, which cannot be turned by their position, only where there are no others.
 */
export function usualHeads(hiddenSize: number): number {
  const wanted = hiddenSize / USUAL_HEAD_SIZE;
  const divisors = Array.from({ length: hiddenSize }, (_, i) => i + 1).filter((heads) => hiddenSize % heads === 0);
  const even = divisors.filter((heads) => (hiddenSize / heads) % 2 === 0);
  const candidates = even.length > 0 ? even : divisors;
  return candidates.reduce((best, heads) => (Math.abs(heads - wanted) <= Math.abs(best - wanted) ? heads : best));
}
