import type { RecursiveReasoner } from '@hrm/models';

/** Bytes that the largest arrays of a segment may take. */
const SEGMENT_BYTES = 2 ** 30;

/** Copies of the attention weights, and of the latents with what a feed-forward layer makes of them, at one time. */
const WEIGHTS = 3;
const LATENTS = 16;

/** The width of a head, where the config does not name their number. */
const HEAD_SIZE = 64;

/**
 * The most puzzles that a segment takes at once in about 1 GiB. Attention has a weight for each two positions: those of one
 * puzzle of 30x30 take 26 MB in the published models.
 */
export function fittingBatch({
  hiddenSize,
  latentPositions,
  config,
}: Pick<RecursiveReasoner, 'hiddenSize' | 'latentPositions' | 'config'>): number {
  const block = config?.block;
  const heads = Number(block?.['heads'] ?? Math.max(1, hiddenSize / HEAD_SIZE));
  const weights = block?.type === 'attention' ? heads * latentPositions ** 2 : 0;
  const numbers = WEIGHTS * weights + LATENTS * latentPositions * hiddenSize;
  return Math.max(1, Math.floor(SEGMENT_BYTES / (4 * numbers)));
}
