import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkPuzzleDataset,
  metadataFromJson,
  metadataToJson,
  type PuzzleDataset,
  PuzzleDatasetError,
  type PuzzleSet,
  type TokenArray,
} from '@hrm/data';
import { type NpyArray, type NpyData, parseNpy, serializeNpy } from '@hrm/files';
import { expectReplaceableFolder, readRegularFile, replaceFile, wholeFolder, writeFolder } from '@hrm/files/node';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';

/** Limits on what is read. */
export interface ReadDatasetOptions {
  /** Largest array file read, in bytes. Default 2 GiB - 1, the most Node reads at once. */
  maxFileBytes?: number;
}

/** dataset.json and identifiers.json are small; more is not read. */
const MAX_JSON_BYTES = 16 * 2 ** 20;
const DEFAULT_MAX_BYTES = 2 ** 31 - 1;

/** The split becomes a folder's name. */
function assertSplit(split: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(split)) return;
  throw new RangeError(`A split is a plain name such as train or test; got ${JSON.stringify(split)}.`);
}

async function readJson(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readRegularFile(path, { maxBytes: MAX_JSON_BYTES }));
  } catch (error) {
    throw asPuzzleFileError(path, error);
  }
}

async function readNpy(path: string, axes: number, maxBytes: number): Promise<NpyArray> {
  const array = parseNpy(await readRegularFile(path, { maxBytes }), { path });
  if (array.shape.length !== axes) {
    throw new PuzzleFileError(path, `expected an array of ${axes} axes; got the shape (${array.shape.join(', ')})`);
  }
  if (array.data instanceof Float32Array || array.data instanceof Float64Array) {
    throw new PuzzleFileError(path, `expected integers; got ${array.type}`);
  }
  return array;
}

/**
 * Tokens as bytes where the vocabulary allows it: the official builder stores 64-bit integers. Among labels there may be
 * the one that has no loss, which need be no token.
 */
function asTokens(path: string, data: NpyData, vocabSize: number, ignored: number | null = null): TokenArray {
  const isByte = (value: number) => value >= 0 && value < 256;
  const isNarrow = (isByte(vocabSize - 1) || data.BYTES_PER_ELEMENT === 1) && isByte(ignored ?? 0);
  const tokens = isNarrow ? new Uint8Array(data.length) : new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const token = data[index]!;
    if ((token < 0 || token >= vocabSize) && token !== ignored) {
      throw new PuzzleFileError(path, `element ${index} is ${token}; expected a token of 0 to ${vocabSize - 1}`);
    }
    tokens[index] = token;
  }
  return tokens;
}

/**
 * Reads one split of a data set in the official layout: `DIR/SPLIT/dataset.json` and for each set
 * `SET__{inputs,labels,puzzle_identifiers,puzzle_indices,group_indices}.npy`. What is read is checked to fit together.
 *
 * @param dir the folder that holds the splits.
 * @param split `train` or `test`, or another name.
 * @throws PuzzleFileError with the path, and the byte where an array file is broken.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
import { type NpyArray, type NpyData, parseNpy, serializeNpy } from '@hrm/files';
 * import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
 * import { readDataset, writeDataset } from '@hrm/data-sudoku-maze/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'sudoku-'));
 * await writeDataset(dir, 'train', buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 100 })));
 * const dataset = await readDataset(dir, 'train');
 * console.log(dataset.metadata.totalGroups); // 100
 * ```
 */
export async function readDataset(
  dir: string,
  split: string,
  options: ReadDatasetOptions = {},
): Promise<PuzzleDataset> {
  assertSplit(split);
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
          const expected = `expected examples of the ${metadata.seqLen} tokens that dataset.json says`;
          throw new PuzzleFileError(pathOf(field), `${expected}; got the shape (${shape.join(', ')})`);
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
    checkPuzzleDataset(dataset);
    return dataset;
  } catch (error) {
    // Contradictions between files are told of the file that binds them together.
    throw asPuzzleFileError(metadataPath, error);
  }
}

/** The arrays of a set as the official builders store them: tokens as bytes or int32, indices as int32. */
function* setFiles(name: string, set: PuzzleSet, seqLen: number): Generator<[string, Uint8Array]> {
  const tokens = (data: TokenArray) => serializeNpy({ shape: [data.length / seqLen, seqLen], data });
  const indices = (data: Int32Array) => serializeNpy({ shape: [data.length], data });
  yield [`${name}__inputs.npy`, tokens(set.inputs)];
  yield [`${name}__labels.npy`, tokens(set.labels)];
  yield [`${name}__puzzle_identifiers.npy`, indices(set.puzzleIdentifiers)];
  yield [`${name}__puzzle_indices.npy`, indices(set.puzzleIndices)];
  yield [`${name}__group_indices.npy`, indices(set.groupIndices)];
}

/** Whether a file of a split's folder may be one that this module writes. */
function isDatasetFile(name: string): boolean {
  return (
    name === 'dataset.json' || /__(inputs|labels|puzzle_identifiers|puzzle_indices|group_indices)\.npy$/.test(name)
  );
}

/** What the folder of a split may hold. */
const splitContents = { isOurs: isDatasetFile, what: 'a data set' };

/** Refuses to replace an `identifiers.json` that is something else. */
async function expectOwnIdentifiers(dir: string): Promise<void> {
  const status = await lstat(join(dir, 'identifiers.json')).catch(() => undefined);
  if (status?.isFile()) await readIdentifiers(dir);
}

/**
 * Writes one split of a data set in the official layout, which the official Python `PuzzleDataset` loads, and
 * `DIR/identifiers.json` beside it. The split appears whole or not at all: files are written under a temporary name,
 * flushed to the disk and renamed.
 *
 * @param dir the folder for the splits; made when missing.
 * @param split `train` or `test`, or another name.
 * @param options `overwrite`: replace a data set that is there, default false; `identifiers`: names of the puzzle
 *   identifiers, for people to read, default `['<blank>']`.
 * @throws PuzzleDatasetError when the data set contradicts itself; PuzzleFileError when the split is there already, cannot be
 *   written, or what would be replaced is no data set: a link, a folder with other files in it, an `identifiers.json` of
 *   something else; RangeError for a split that is no plain name.
 *
 * @example
 * ```ts
 * import { mkdtemp, readdir } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
import { type NpyArray, type NpyData, parseNpy, serializeNpy } from '@hrm/files';
 * import { buildMazeDataset, generateMazePuzzles } from '@hrm/data-sudoku-maze';
 * import { writeDataset } from '@hrm/data-sudoku-maze/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'mazes-'));
 * await writeDataset(dir, 'train', buildMazeDataset(generateMazePuzzles({ width: 8, count: 20, seed: 0 })));
 * await writeDataset(dir, 'test', buildMazeDataset(generateMazePuzzles({ width: 8, count: 5, seed: 1 })));
 * console.log(await readdir(dir)); // [ 'identifiers.json', 'test', 'train' ]
 * ```
 */
export async function writeDataset(
  dir: string,
  split: string,
  dataset: PuzzleDataset,
  options: { overwrite?: boolean; identifiers?: readonly string[] } = {},
): Promise<void> {
  assertSplit(split);
  checkPuzzleDataset(dataset);
  const { metadata, sets } = dataset;
  const path = join(dir, split);
  const encode = (text: string) => new TextEncoder().encode(text);
  const files = function* (): Generator<[string, Uint8Array]> {
    for (const name of metadata.sets) yield* setFiles(name, sets[name]!, metadata.seqLen);
    yield ['dataset.json', encode(metadataToJson(metadata))];
  };
  try {
    await mkdir(dir, { recursive: true });
    const exists = await lstat(path).then(
      () => true,
      () => false,
    );
    if (exists && !options.overwrite) {
      throw new PuzzleFileError(path, 'a data set is there already; choose another folder, or allow to overwrite it');
    }
    if (options.overwrite && (await lstat(dir)).isSymbolicLink()) {
      throw new PuzzleFileError(
        dir,
        'it is a symbolic link, through which nothing is overwritten; give the folder itself',
      );
    }
    await expectReplaceableFolder(path, splitContents);
    await expectOwnIdentifiers(dir);
    const identifiers = options.identifiers ?? ['<blank>'];
    await replaceFile(join(dir, 'identifiers.json'), encode(JSON.stringify(identifiers)));
    await writeFolder(path, files(), splitContents);
  } catch (error) {
    throw error instanceof PuzzleDatasetError ? error : asPuzzleFileError(path, error);
  }
}

/**
 * Reads the names of the puzzle identifiers, `DIR/identifiers.json`.
 *
 * @throws PuzzleFileError when it is missing or no list of strings.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
import { type NpyArray, type NpyData, parseNpy, serializeNpy } from '@hrm/files';
 * import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
 * import { readIdentifiers, writeDataset } from '@hrm/data-sudoku-maze/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'sudoku-'));
 * await writeDataset(dir, 'train', buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 10 })));
 * console.log(await readIdentifiers(dir)); // [ '<blank>' ]
 * ```
 */
export async function readIdentifiers(dir: string): Promise<string[]> {
  const path = join(dir, 'identifiers.json');
  const json = await readJson(path);
  let names: unknown;
  try {
    names = JSON.parse(json);
  } catch (error) {
    throw asPuzzleFileError(path, error);
  }
  if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string')) return names;
  throw new PuzzleFileError(path, 'expected a JSON list of strings');
}
