import { createHash } from 'node:crypto';
import type { PuzzleDataset } from '@hrm/data';

/** SHA-256 of everything that a stream of batches reads of a data set. */
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
