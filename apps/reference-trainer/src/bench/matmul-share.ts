/** A benchmark measured an impossible speed. */
export class ImpossibleShareError extends Error {
  override readonly name = 'ImpossibleShareError';
}

/**
 * The speed of some work's matrix products, as a share of the machine's speed at them.
 *
 * @param work its name, for the error
 * @param flops operations of its matrix products
 * @param gflops the machine's speed, in 10^9 operations a second
 * @throws ImpossibleShareError if it is above 1: then one of the two was measured wrong
 */
export function matmulShare(work: string, flops: number, seconds: number, gflops: number): number {
  const share = flops / seconds / (gflops * 1e9);
  if (share > 1) {
    throw new ImpossibleShareError(
      `${work} comes out at ${(100 * share).toFixed(0)}% of the machine's speed at matrix products (${gflops.toFixed(0)} GFLOP/s), which is impossible: something else was using the machine while that speed was measured. Nothing is reported; run the benchmark again when the machine is idle`,
    );
  }
  return share;
}
