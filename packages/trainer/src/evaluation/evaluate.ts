import type { ReasoningNetwork } from '@hrm/act';
import { expectPuzzles } from '@hrm/act/internal';
import type { PuzzleBatch } from '@hrm/data';
import { expectChoice, expectIterable, expectOptions, expectSizes, throwIfAborted } from '@hrm/layers/internal';
import type { EvaluateOptions } from './evaluate-options';
import { evaluateToEnd } from './evaluate-to-end';
import { evaluateUntilHalted } from './evaluate-until-halted';
import type { Evaluation } from './evaluation';

const OPTIONS = [
  'until',
  'tokenLoss',
  'verify',
  'compile',
  'signal',
  'bucketSizes',
  'step',
  'microBatch',
  'lanes',
  'onBatch',
  'onSegment',
  'communicator',
] as const satisfies readonly (keyof EvaluateOptions)[];

/**
 * Measures the accuracy of a model.
 *
 * Source: official HRM, `pretrain.py`, `evaluate`.
 *
 * @param batches such as `evaluationBatches(...)` of `@hrm/data`: padded slots have no label and do not
 *   count.
 * @throws TypeError, RangeError for unknown options, and for a batch that the network cannot take; the reason of an
 *   aborted signal.
 *
 * @example
 * ```ts
 * import { hrm } from '@hrm/models';
 * import { evaluate } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 2, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const batch = {
 *   inputs: Int32Array.of(1, 2), labels: Int32Array.of(3, 2), puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: 2,
 * };
 * const { exactAccuracy, halted } = await evaluate(model, [batch]);
 * const { meanSegments } = await evaluate(model, [batch], { until: 'halted' });
 * console.log(exactAccuracy, halted.exactAccuracy, meanSegments);
 * ```
 */
export async function evaluate(
  network: ReasoningNetwork,
  batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  expectOptions('evaluate', options, OPTIONS);
  const { until = 'end', signal, microBatch = 1, lanes = 1 } = options;
  expectChoice('evaluate', { until }, ['end', 'halted']);
  expectSizes('evaluate', { microBatch, lanes });
  expectIterable('evaluate: batches', batches, 'a list or a generator of batches, such as evaluationBatches(...)');
  const run = until === 'end' ? evaluateToEnd : evaluateUntilHalted;
  return run(network, checkedBatches(network, batches, signal), options);
}

/** The batches, each checked against the network. */
async function* checkedBatches(
  network: ReasoningNetwork,
  batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
  signal: AbortSignal | undefined,
): AsyncGenerator<PuzzleBatch> {
  await throwIfAborted('evaluate', signal);
  for await (const batch of batches) {
    expectPuzzles('evaluate', network, batch);
    yield batch;
  }
}
