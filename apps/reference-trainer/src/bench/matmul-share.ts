/** A benchmark measured what cannot be. */
export class ImpossibleShareError extends Error {
  override readonly name = 'ImpossibleShareError';
}

/**
 * The share of a machine's speed at matrix products that a piece of work reaches.
 *
 * @param work what it is, for the error
 * @param flops operations of its matrix products
 * @param gflops the speed, in 10^9 operations a second
 * @throws ImpossibleShareError above 1: nothing multiplies faster than the machine, so one of the two was measured wrong
 */
export function matmulShare(work: string, flops: number, seconds: number, gflops: number): number {
  const share = flops / seconds / (gflops * 1e9);
  if (share > 1) {
    throw new ImpossibleShareError(
      `${work} comes out at ${(100 * share).toFixed(0)}% of the machine's speed at matrix products (${gflops.toFixed(0)} GFLOP/s), which cannot be: something else was using the machine while that speed was measured. Nothing is reported; run the benchmark again when the machine is idle`,
    );
  }
  return share;
}
