import type { ReasoningNetwork } from '@hrm/act';
import type { TrainerOptions } from '@hrm/trainer';

/** Bytes of one activation of the slots at work that still fit, with the ten times wider ones beside it, a processor's cache. */
const FITTING = 1.5 * 2 ** 20;

/** Up to this hidden size the products of one part are too short to keep two cores busy. Measured at 64, 128 and 512. */
const SHORT = 256;

/** How a batch is taken: in parts of `microBatch` slots, `lanes` of them at once. */
export type BatchParts = Pick<TrainerOptions, 'microBatch' | 'lanes'>;

/**
 * How a batch is best taken on native TensorFlow on a processor: in parts whose activations stay in its cache, two of them at
 * once where a part's products are short. That it is two, however many cores there are, makes a run the same on each number
 * of them. See docs/performance.md for what it gains.
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
  const lanes = hiddenSize <= SHORT ? 2 : 1;
  const slots = Math.max(1, Math.floor(FITTING / (4 * hiddenSize * (prefixLen + seqLen))));
  // A batch that fits is split inside of the graph: where a step takes milliseconds, so would further calls.
  if (batchSize <= slots) return batchSize % lanes === 0 ? { lanes } : {};
  // A batch without a divisor near that size would be cut too small.
  const fitting = Math.max(1, Math.floor(slots / lanes));
  for (let count = fitting; 4 * count >= fitting; count--) {
    if (batchSize % count === 0) return { microBatch: count, lanes };
  }
  return {};
}
