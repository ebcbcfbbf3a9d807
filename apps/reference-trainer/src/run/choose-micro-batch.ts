import type { ReasoningNetwork } from '@hrm/act';

/** Bytes of one activation of a micro-batch that still fit, with the ten times wider ones beside it, the cache of a processor. */
const FITTING = 1.5 * 2 ** 20;

/**
 * How many slots best go through a segment together on native TensorFlow: the largest divisor of the batch whose
 * activations stay in the processor's cache. On two cores that made a step at hidden size 128 and batch 128 a tenth faster,
 * and took a third of the memory off one with 27 million parameters; see docs/performance.md.
 *
 * @returns undefined, for the whole batch, where a solver looks at all of it or it has no fitting divisor
 */
export function chooseMicroBatch(
  {
    hiddenSize,
    seqLen,
    prefixLen,
    recordable,
  }: Pick<ReasoningNetwork, 'hiddenSize' | 'seqLen' | 'prefixLen' | 'recordable'>,
  batchSize: number,
): number | undefined {
  if (recordable === false) return undefined;
  const fitting = Math.max(1, Math.floor(FITTING / (4 * hiddenSize * (prefixLen + seqLen))));
  const largest = Math.min(fitting, batchSize);
  // A batch without a divisor near that size would be cut too small.
  for (let count = largest; 4 * count >= largest; count--) if (batchSize % count === 0) return count;
  return undefined;
}
