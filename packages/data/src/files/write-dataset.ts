import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, serializeNpy } from '@hrm/files';
import { expectReplaceableFolder, replaceFile, writeFolder } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import { metadataToJson } from '../layout/metadata-json';
import {
  type PuzzleDataset,
  PuzzleDatasetError,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
} from '../layout/puzzle-dataset';
import { asFileFormatError, expectSplit, readIdentifiers } from './read-dataset';
import { expectWritable, isStreamed, type StreamedDataset, type StreamedSet, streamedTokens } from './streamed-dataset';

/** Yields the array files of a set: tokens as bytes or int32, indices as int32. */
function* setFiles(
  name: string,
  set: PuzzleSet | StreamedSet,
  metadata: PuzzleDatasetMetadata,
): Generator<[string, Uint8Array | Iterable<Uint8Array>]> {
  const { seqLen } = metadata;
  const tokens = (field: 'inputs' | 'labels') => {
    if (isStreamed(set)) return streamedTokens(name, set, field, metadata);
    return serializeNpy({ shape: [set[field].length / seqLen, seqLen], data: set[field] });
  };
  const indices = (data: Int32Array) => serializeNpy({ shape: [data.length], data });
  yield [`${name}__inputs.npy`, tokens('inputs')];
  yield [`${name}__labels.npy`, tokens('labels')];
  yield [`${name}__puzzle_identifiers.npy`, indices(set.puzzleIdentifiers)];
  yield [`${name}__puzzle_indices.npy`, indices(set.puzzleIndices)];
  yield [`${name}__group_indices.npy`, indices(set.groupIndices)];
}

/** Whether this module writes files of this name into the folder of a split. */
function isDatasetFile(name: string): boolean {
  return (
    name === 'dataset.json' || /__(inputs|labels|puzzle_identifiers|puzzle_indices|group_indices)\.npy$/.test(name)
  );
}

/** What the folder of a split may contain if it is to be replaced. */
const splitContents = { isOurs: isDatasetFile, what: 'a data set' };

/** Checks that an existing `identifiers.json` is a list of identifiers, so that it may be replaced. */
async function expectOwnIdentifiers(dir: string): Promise<void> {
  const status = await lstat(join(dir, 'identifiers.json')).catch(() => undefined);
  if (status?.isFile()) await readIdentifiers(dir);
}

/**
 * Writes one split of a data set in the official layout, and `DIR/identifiers.json`. The official Python
 * `PuzzleDataset` loads it. The split appears whole or not at all: files are written under a temporary name, flushed to
 * the disk and renamed.
 *
 * @param dir the folder for the splits; created if missing.
 * @param split `train`, `test` or another name.
 * @param dataset in memory, or a {@link StreamedDataset}, whose tokens are made as they are written.
 * @param options `overwrite`: replace an existing data set, default false; `identifiers`: readable names of the puzzle
 *   identifiers, default `['<blank>']`.
 * @throws PuzzleDatasetError if the data set contradicts itself; FileFormatError if the split already exists, cannot be
 *   written, or would replace something other than a data set (a link, a folder with other files, another
 *   `identifiers.json`); RangeError if the split is not a plain name.
 *
 * @example
 * ```ts
 * import { mkdtemp, readdir } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { buildDataset } from '@hrm/data';
 * import { writeDataset } from '@hrm/data/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'swaps-'));
 * const sizes = { vocabSize: 5, seqLen: 2 };
 * await writeDataset(dir, 'train', buildDataset([{ input: [1, 2], output: [2, 1] }], sizes));
 * await writeDataset(dir, 'test', buildDataset([{ input: [3, 4], output: [4, 3] }], sizes));
 * console.log(await readdir(dir)); // [ 'identifiers.json', 'test', 'train' ]
 * ```
 */
export async function writeDataset(
  dir: string,
  split: string,
  dataset: PuzzleDataset | StreamedDataset,
  options: { overwrite?: boolean; identifiers?: readonly string[] } = {},
): Promise<void> {
  expectOptions('writeDataset', options, ['overwrite', 'identifiers']);
  expectSplit(split);
  expectWritable(dataset);
  const { metadata, sets } = dataset;
  const path = join(dir, split);
  const encode = (text: string) => new TextEncoder().encode(text);
  const files = function* (): Generator<[string, Uint8Array | Iterable<Uint8Array>]> {
    for (const name of metadata.sets) yield* setFiles(name, sets[name]!, metadata);
    const totalPuzzles = metadata.sets.reduce((sum, name) => sum + sets[name]!.puzzleIdentifiers.length, 0);
    yield ['dataset.json', encode(metadataToJson(metadata, { totalPuzzles }))];
  };
  try {
    await mkdir(dir, { recursive: true });
    const exists = await lstat(path).then(
      () => true,
      () => false,
    );
    if (exists && !options.overwrite) {
      throw new FileFormatError({
        path,
        problem: 'it already exists; choose another folder, or allow overwriting',
      });
    }
    if (options.overwrite && (await lstat(dir)).isSymbolicLink()) {
      throw new FileFormatError({
        path: dir,
        problem: 'it is a symbolic link, and nothing is overwritten through a link; give the folder itself',
      });
    }
    await expectReplaceableFolder(path, splitContents);
    await expectOwnIdentifiers(dir);
    const identifiers = options.identifiers ?? ['<blank>'];
    await replaceFile(join(dir, 'identifiers.json'), encode(JSON.stringify(identifiers)));
    await writeFolder(path, files(), splitContents);
  } catch (error) {
    throw error instanceof PuzzleDatasetError ? error : asFileFormatError(path, error);
  }
}
