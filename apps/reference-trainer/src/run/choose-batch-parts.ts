import type { ReasoningNetwork } from '@hrm/act';
import type { TrainerOptions } from '@hrm/trainer';

/** Bytes of one activation of a part that still fit, with the ten times wider ones beside it, the cache of a processor. */
const FITTING = 1.5 * 2 ** 20;

/** How a batch is taken: in parts of `microBatch` slots, `lanes` of them at once. */
export type BatchParts = Pick<TrainerOptions, 'microBatch' | 'lanes'>;

/**
 * How a batch is best taken on native TensorFlow on a processor: in parts whose activations stay in its cache, the largest
 * divisors of the batch that do, two of them at once. Two at once keep the cores busy where one is too small to; that there
 * are two, however many cores there are, makes a run the same on each of them. See docs/performance.md for what it gains.
 *
 * @returns the whole batch at once where a solver looks at all of it or it has no fitting divisor
 */
export function chooseBatchParts(
  {
    hiddenSize,
    seqLen,
    prefixLen,
    recordable,
  }: Pick<ReasoningNetwork, 'hiddenSize' | 'seqLen' | 'prefixLen' | 'recordable'>,
  batchSize: number,
): BatchParts {
  if (recordable === false) return {};
  const fitting = Math.max(1, Math.floor(FITTING / (4 * hiddenSize * (prefixLen + seqLen))));
  // A batch that fits is split inside of the graph: where a step takes milliseconds, so would further calls.
  if (batchSize <= fitting) return batchSize % 2 === 0 ? { lanes: 2 } : {};
  // A batch without a divisor near that size would be cut too small.
  for (let count = fitting; 4 * count >= fitting; count--) {
    if (batchSize % count === 0) return { microBatch: count, lanes: 2 };
  }
  return {};
}
