import type { FixedPointSolution } from './solve-fixed-point';

/** How a search went, as plain numbers. */
export interface SearchReport {
  converged: boolean;
  /** Evaluations of f. */
  steps: number;
  /** The least residual; infinite where none was finite. */
  residual: number;
}

/** How the search for each sample went, and for the batch: whether all converged, the most steps, the largest residual. */
export interface FixedPointReport extends SearchReport {
  samples: (SearchReport & {
    /** Residual of each guess, up to the one that ended the search. */
    trace: number[];
  })[];
}

/**
 * Reads how a search went. It waits for the values, so it cannot be recorded.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { fixedPointReport, solveFixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { converged, steps, samples } = fixedPointReport(solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0], [1]])));
 * console.log(converged, steps, samples[0]!.trace);
 * ```
 */
export function fixedPointReport({ converged, steps, residual, trace }: FixedPointSolution): FixedPointReport {
  const [done, counts, least, rows] = [converged.dataSync(), steps.dataSync(), residual.dataSync(), trace.dataSync()];
  const batch = done.length;
  const samples = Array.from({ length: batch }, (_, sample) => ({
    converged: done[sample] === 1,
    steps: counts[sample]!,
    residual: least[sample]!,
    trace: Array.from({ length: counts[sample]! }, (_, step) => rows[step * batch + sample]!),
  }));
  return {
    converged: samples.every(({ converged }) => converged),
    steps: Math.max(...samples.map(({ steps }) => steps)),
    residual: Math.max(...samples.map(({ residual }) => residual)),
    samples,
  };
}
