import {
  expectPuzzles,
  haltingHistogram,
  HaltingInference,
  scoreAnswers,
  type HaltingInferenceOptions,
  type PuzzleBatch,
  type ReasoningNetwork,
} from '@hrm/act';
import type { HaltedEvaluation } from './evaluate';

/** How {@link evaluateHalting} runs. */
export interface EvaluateHaltingOptions extends Pick<HaltingInferenceOptions, 'bucketSizes' | 'compile'> {
  /** Called after each batch, for progress. */
  onBatch?: (done: { batches: number; count: number }) => void;
}

/** Totals of an evaluation in which samples leave. */
export interface HaltingEvaluation extends HaltedEvaluation {
  /** Puzzles that have a label anywhere. */
  count: number;
  /** Segments computed, over all rows of all batches: what the time goes with. */
  rowsComputed: number;
}

/**
 * Evaluates with each puzzle leaving its batch when its controller halts it, the batch shrinking to those that are left:
 * what inference costs and gives where it may stop early. (`evaluate` runs all segments, and tells the same accuracy
 * beside its own; this is the faster one.)
 *
 * @param batches such as `evaluationBatches(...)` of `@hrm/data-sudoku-maze`: slots without a label do not count.
 *
 * @example
 * ```ts
 * import { hrm } from '@hrm/models';
 * import { evaluateHalting } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 2, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const batch = {
 *   inputs: Int32Array.of(1, 2), labels: Int32Array.of(3, 2), puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: 2,
 * };
 * const { exactAccuracy, meanSegments, haltingSteps } = await evaluateHalting(model, [batch]);
 * console.log(exactAccuracy, meanSegments, haltingSteps);
 * ```
 */
export async function evaluateHalting(
  network: ReasoningNetwork,
  batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
  { onBatch, ...options }: EvaluateHaltingOptions = {},
): Promise<HaltingEvaluation> {
  const inference = new HaltingInference(network, options);
  const { maxSegments } = network.halting;
  const haltingSteps = new Array<number>(maxSegments).fill(0);
  let [count, exact, accuracy, segments, rowsComputed, done] = [0, 0, 0, 0, 0, 0];
  try {
    for await (const batch of batches) {
      expectPuzzles('evaluateHalting', network, batch);
      const result = await inference.infer(batch);
      const score = scoreAnswers(result, batch.labels);
      count += score.count;
      exact += score.count * score.exactAccuracy;
      accuracy += score.count * score.accuracy;
      segments += score.count * score.meanSegments;
      rowsComputed += result.rowsComputed;
      const isLabelled = (sample: number) =>
        batch.labels.subarray(sample * batch.seqLen, (sample + 1) * batch.seqLen).some((label) => label >= 0);
      haltingHistogram(
        result.steps.filter((_, sample) => isLabelled(sample)),
        maxSegments,
      ).forEach((halted, i) => (haltingSteps[i]! += halted));
      onBatch?.({ batches: ++done, count });
    }
  } finally {
    inference.dispose();
  }
  const mean = (sum: number) => (count > 0 ? sum / count : 0);
  return {
    count,
    exactAccuracy: mean(exact),
    accuracy: mean(accuracy),
    meanSegments: mean(segments),
    haltingSteps,
    rowsComputed,
  };
}
