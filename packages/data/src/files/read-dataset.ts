import { constants } from 'node:buffer';
import { join } from 'node:path';
import { FileFormatError, type NpyArray, type NpyData, parseNpy } from '@hrm/files';
import { readRegularFile, wholeFolder } from '@hrm/files/node';
import { expectOptions, parseJson } from '@hrm/files/internal';
import { metadataFromJson } from '../layout/metadata-json';
import { expectPuzzleDataset, type PuzzleDataset, type PuzzleSet, type TokenArray } from '../layout/puzzle-dataset';

/** Options of {@link readDataset}. */
export interface ReadDatasetOptions {
  /** Size limit of an array file, in bytes. Default 8 GiB, or 4 GiB in Node 20, whose arrays are no larger. */
  maxFileBytes?: number;
}

/** Size limit of dataset.json and identifiers.json. ARC with 1,000 augmentations has 25 MB of identifiers. */
const MAX_JSON_BYTES = 256 * 2 ** 20;
const DEFAULT_MAX_BYTES = Math.min(constants.MAX_LENGTH, 8 * 2 ** 30);

/** Checks the name of a split, which becomes the name of a folder. */
export function expectSplit(split: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(split)) return;
  throw new RangeError(`A split must be a plain name, such as train or test; got ${JSON.stringify(split)}.`);
}

/** Turns any error into a `FileFormatError` with a path. A `FileFormatError` is returned unchanged. */
export function asFileFormatError(path: string, error: unknown): FileFormatError {
  if (error instanceof FileFormatError) return error;
  return new FileFormatError({ path, problem: error instanceof Error ? error.message : String(error), cause: error });
}

async function readJson(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readRegularFile(path, { maxBytes: MAX_JSON_BYTES }));
  } catch (error) {
    throw asFileFormatError(path, error);
  }
}

async function readNpy(path: string, axes: number, maxBytes: number): Promise<NpyArray> {
  const array = parseNpy(await readRegularFile(path, { maxBytes }), { path });
  if (array.shape.length !== axes) {
    throw new FileFormatError({
      path,
      problem: `it has the shape (${array.shape.join(', ')})`,
      expected: `${axes} axes`,
    });
  }
  if (array.data instanceof Float32Array || array.data instanceof Float64Array) {
    throw new FileFormatError({ path, problem: `it holds ${array.type}`, expected: 'integers' });
  }
  return array;
}

/**
 * Converts stored integers to tokens: bytes if the vocabulary fits, else int32. The official builder stores 64-bit
 * integers. The value `ignored` (the label without a loss) need not be a token.
 */
function asTokens(path: string, data: NpyData, vocabSize: number, ignored: number | null = null): TokenArray {
  const isByte = (value: number) => value >= 0 && value < 256;
  const isNarrow = (isByte(vocabSize - 1) || data.BYTES_PER_ELEMENT === 1) && isByte(ignored ?? 0);
  // Bytes stay in their array: a large data set is not copied.
  const tokens = !isNarrow
    ? new Int32Array(data.length)
    : data instanceof Uint8Array
      ? data
      : new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const token = data[index]!;
    if ((token < 0 || token >= vocabSize) && token !== ignored) {
      throw new FileFormatError({
        path,
        problem: `element ${index} is ${token}`,
        expected: `a token from 0 to ${vocabSize - 1}`,
      });
    }
    tokens[index] = token;
  }
  return tokens;
}

/**
 * Reads one split of a data set in the official layout: `DIR/SPLIT/dataset.json`, and for each set
 * `SET__{inputs,labels,puzzle_identifiers,puzzle_indices,group_indices}.npy`. Checks that the files agree.
 *
 * @param dir the folder that holds the splits.
 * @param split `train`, `test` or another name.
 * @throws FileFormatError with the path of the bad file, and the byte if an array file is broken.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { buildDataset } from '@hrm/data';
 * import { readDataset, writeDataset } from '@hrm/data/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'swaps-'));
 * const examples = [{ input: [1, 2], output: [2, 1] }, { input: [3, 4], output: [4, 3] }];
 * await writeDataset(dir, 'train', buildDataset(examples, { vocabSize: 5, seqLen: 2 }));
 * const dataset = await readDataset(dir, 'train');
 * console.log(dataset.metadata.totalGroups); // 2
 * ```
 */
export async function readDataset(
  dir: string,
  split: string,
  options: ReadDatasetOptions = {},
): Promise<PuzzleDataset> {
  expectOptions('readDataset', options, ['maxFileBytes']);
  expectSplit(split);
  const maxBytes = options.maxFileBytes ?? DEFAULT_MAX_BYTES;
  const folder = await wholeFolder(join(dir, split));
  const metadataPath = join(folder, 'dataset.json');
  const json = await readJson(metadataPath);
  try {
    const metadata = metadataFromJson(json);
    const sets: [string, PuzzleSet][] = [];
    for (const name of metadata.sets) {
      const pathOf = (field: string) => join(folder, `${name}__${field}.npy`);
      const readTokens = async (field: string, ignored?: number | null): Promise<TokenArray> => {
        const { shape, data } = await readNpy(pathOf(field), 2, maxBytes);
        if (shape[1] !== metadata.seqLen) {
          throw new FileFormatError({
            path: pathOf(field),
            problem: `it has the shape (${shape.join(', ')})`,
            expected: `examples of ${metadata.seqLen} tokens, as in dataset.json`,
          });
        }
        return asTokens(pathOf(field), data, metadata.vocabSize, ignored);
      };
      const readIndices = async (field: string): Promise<Int32Array> => {
        const { data } = await readNpy(pathOf(field), 1, maxBytes);
        return data instanceof Int32Array ? data : Int32Array.from(data);
      };
      sets.push([
        name,
        {
          inputs: await readTokens('inputs'),
          labels: await readTokens('labels', metadata.ignoreLabelId),
          puzzleIdentifiers: await readIndices('puzzle_identifiers'),
          puzzleIndices: await readIndices('puzzle_indices'),
          groupIndices: await readIndices('group_indices'),
        },
      ]);
    }
    const dataset: PuzzleDataset = { metadata, sets: Object.fromEntries(sets) };
    expectPuzzleDataset(dataset);
    return dataset;
  } catch (error) {
    // A contradiction between files is reported for dataset.json, which describes all of them.
    throw asFileFormatError(metadataPath, error);
  }
}

/**
 * Reads the names of the puzzle identifiers from `DIR/identifiers.json`.
 *
 * @throws FileFormatError if the file is missing or is not a list of strings.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { buildDataset } from '@hrm/data';
 * import { readIdentifiers, writeDataset } from '@hrm/data/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'swaps-'));
 * await writeDataset(dir, 'train', buildDataset([{ input: [1, 2], output: [2, 1] }], { vocabSize: 5, seqLen: 2 }));
 * console.log(await readIdentifiers(dir)); // [ '<blank>' ]
 * ```
 */
export async function readIdentifiers(dir: string): Promise<string[]> {
  const path = join(dir, 'identifiers.json');
  const json = await readJson(path);
  let names: unknown;
  try {
    names = parseJson(json);
  } catch (error) {
    throw asFileFormatError(path, error);
  }
  if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string')) return names;
  throw new FileFormatError({ path, problem: 'it has other contents', expected: 'a JSON list of strings' });
}
