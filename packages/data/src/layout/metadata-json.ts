import { expectText, parseJson } from '@hrm/files/internal';
import { expectMetadata, PuzzleDatasetError, type PuzzleDatasetMetadata } from './puzzle-dataset';

/** Field names of the official `PuzzleDatasetMetadata` (dataset/common.py), in its order. */
const OFFICIAL_NAMES = {
  padId: 'pad_id',
  ignoreLabelId: 'ignore_label_id',
  blankIdentifierId: 'blank_identifier_id',
  vocabSize: 'vocab_size',
  seqLen: 'seq_len',
  numPuzzleIdentifiers: 'num_puzzle_identifiers',
  totalGroups: 'total_groups',
  meanPuzzleExamples: 'mean_puzzle_examples',
  sets: 'sets',
} as const satisfies Record<keyof PuzzleDatasetMetadata, string>;

/**
 * Turns metadata into the text of an official dataset.json, with its snake_case names.
 *
 * @param options `totalPuzzles`: number of puzzles in all sets, which the official TinyRecursiveModels reads. Default:
 *   left out; the official HRM does not need it.
 * @throws PuzzleDatasetError if a field is out of range.
 *
 * @example
 * ```ts
 * import { buildDataset, metadataFromJson, metadataToJson } from '@hrm/data';
 *
 * const { metadata } = buildDataset([{ input: [1, 5], output: [5, 1] }], { vocabSize: 6, seqLen: 2 });
 * const json = metadataToJson(metadata);
 * console.log(json); // {"pad_id":0,"ignore_label_id":0, ...
 * console.log(metadataFromJson(json).vocabSize); // 6
 * ```
 */
export function metadataToJson(metadata: PuzzleDatasetMetadata, options: { totalPuzzles?: number } = {}): string {
  expectMetadata(metadata);
  const entries = Object.entries(OFFICIAL_NAMES) as [keyof PuzzleDatasetMetadata, string][];
  const official = Object.fromEntries(entries.map(([name, official]) => [official, metadata[name]]));
  return JSON.stringify({ ...official, total_puzzles: options.totalPuzzles });
}

/**
 * Parses the text of an official dataset.json. Unknown fields are ignored, as in the official code.
 *
 * @throws PuzzleDatasetError if the text is not a JSON object, or a field is missing or invalid.
 *
 * @example
 * ```ts
 * import { metadataFromJson } from '@hrm/data';
 *
 * try {
 *   metadataFromJson('{"pad_id": 0}');
 * } catch (error) {
 *   console.log(String(error)); // PuzzleDatasetError: the metadata lacks "ignore_label_id"
 * }
 * ```
 */
export function metadataFromJson(json: string): PuzzleDatasetMetadata {
  expectText('metadataFromJson', json);
  let parsed: unknown;
  try {
    parsed = parseJson(json);
  } catch (error) {
    throw new PuzzleDatasetError(`the metadata is not JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new PuzzleDatasetError('the metadata must be a JSON object with pad_id, vocab_size, seq_len, ...');
  }
  const entries = Object.entries(OFFICIAL_NAMES).map(([name, official]) => {
    if (!Object.hasOwn(parsed, official)) throw new PuzzleDatasetError(`the metadata lacks "${official}"`);
    return [name, (parsed as Record<string, unknown>)[official]];
  });
  const metadata = Object.fromEntries(entries) as PuzzleDatasetMetadata;
  expectMetadata(metadata);
  return metadata;
}
