import { createHash } from 'node:crypto';
import type { PuzzleDataset } from '@hrm/data';

/** SHA-256 of all that a stream of batches takes from a data set: the same puzzles in the same order have the same. */
export function puzzlesFingerprint({ metadata, sets }: PuzzleDataset): string {
  const hash = createHash('sha256');
  const { padId, ignoreLabelId, blankIdentifierId, seqLen, sets: names } = metadata;
  hash.update(JSON.stringify([padId, ignoreLabelId, blankIdentifierId, seqLen, names]));
  for (const name of names) {
    const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = sets[name]!;
    for (const array of [inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices]) {
      hash.update(`${array.length} ${array.BYTES_PER_ELEMENT};`);
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }
  return hash.digest('hex');
}
