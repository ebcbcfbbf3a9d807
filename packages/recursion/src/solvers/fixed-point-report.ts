import type { FixedPointSolution } from './solve-fixed-point';

/** The result of a search, as plain numbers. */
export interface SearchReport {
  converged: boolean;
  /** Evaluations of f. */
  steps: number;
  /** The least residual; infinite if none was finite. */
  residual: number;
}

/** The result for each sample and for the batch: whether all converged, the most steps, the largest residual. */
export interface FixedPointReport extends SearchReport {
  samples: (SearchReport & {
    /** Residual of each guess until the search ended. */
    trace: number[];
  })[];
}

/**
 * Reads the result of a search as plain numbers. A step that calls it cannot be recorded.
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
