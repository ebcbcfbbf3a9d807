/** The width of a head in the published models. */
const DEFAULT_HEAD_SIZE = 64;

/**
 * The default number of heads: the divisor of `hiddenSize` nearest to `hiddenSize / 64`. Heads of an odd width, which
 * cannot have rotary positions, are taken only if there is no other choice.
 */
export function defaultHeads(hiddenSize: number): number {
  const wanted = hiddenSize / DEFAULT_HEAD_SIZE;
  const divisors = Array.from({ length: hiddenSize }, (_, i) => i + 1).filter((heads) => hiddenSize % heads === 0);
  const even = divisors.filter((heads) => (hiddenSize / heads) % 2 === 0);
  const candidates = even.length > 0 ? even : divisors;
  return candidates.reduce((best, heads) => (Math.abs(heads - wanted) <= Math.abs(best - wanted) ? heads : best));
}
