import type { ReasoningNetwork } from '@hrm/act';
import type { TrainerOptions } from '@hrm/trainer';

/** Bytes for one activation, so that it fits a processor's cache together with others that are ten times as wide. */
const ACTIVATION_BYTES = 1.5 * 2 ** 20;

/** Up to this hidden size, the matrix products of one part are too small for two cores. Measured at 64, 128 and 512. */
const SMALL_HIDDEN_SIZE = 256;

/** How a batch is split: into parts of `microBatch` slots, `lanes` of them at once. */
export type BatchParts = Pick<TrainerOptions, 'microBatch' | 'lanes'>;

/**
 * Chooses how native TensorFlow takes a batch on a processor: in parts whose activations fit its cache, two at once if
 * the products of one part are small. It is always two, so that a run is the same on any number of cores. See
 * docs/performance.md for the gain.
 *
 * @returns no parts if a solver looks at the whole batch, or if no divisor of it fits
 */
export function chooseBatchParts(
  {
    hiddenSize,
    seqLen,
    prefixLen,
    latentPositions = prefixLen + seqLen,
    recordable,
  }: Pick<ReasoningNetwork, 'hiddenSize' | 'seqLen' | 'prefixLen' | 'latentPositions' | 'recordable'>,
  batchSize: number,
): BatchParts {
  if (recordable === false) return {};
  const lanes = hiddenSize <= SMALL_HIDDEN_SIZE ? 2 : 1;
  const slots = Math.max(1, Math.floor(ACTIVATION_BYTES / (4 * hiddenSize * latentPositions)));
  // A batch that fits is split inside the graph: further calls would take as long as its short step.
  if (batchSize <= slots) return batchSize % lanes === 0 ? { lanes } : {};
  // A divisor far below that size would make the parts too small.
  const fitting = Math.max(1, Math.floor(slots / lanes));
  for (let count = fitting; 4 * count >= fitting; count--) {
    if (batchSize % count === 0) return { microBatch: count, lanes };
  }
  return {};
}
