import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type StreamedDataset, writeDataset } from '@hrm/data/files';
import { parseJsonObject } from '@hrm/files';
import { expectIterable, expectText } from '@hrm/files/internal';
import { readRegularFile, replaceFile } from '@hrm/files/node';
import { arcExamples } from '../dataset/arc-examples';
import { describeArcSplit } from '../dataset/describe-arc-split';
import { type ArcDatasetOptions, type ArcPlan, planArcDataset } from '../dataset/plan-arc-dataset';
import { arcPuzzleToJson, parseArcChallenges } from '../puzzles/arc-json';
import type { ArcPuzzle } from '../puzzles/arc-puzzle';

/** The file with the puzzles of the test, as the official code names it. */
const TEST_PUZZLES = 'test_puzzles.json';

/** Size limit of that file. */
const MAX_JSON_BYTES = 256 * 2 ** 20;

/** What {@link writeArcDataset} wrote. */
export interface WrittenArcDataset {
  /** Examples in each split: pairs of puzzles and of their copies. */
  train: number;
  test: number;
  /** Puzzle identifiers: one for each puzzle and copy, and the blank one. */
  identifiers: number;
  /** The puzzles that have fewer copies than wanted, because of their symmetries. */
  puzzlesWithFewerCopies: number;
}

/**
 * Builds a data set of ARC, see `buildArcDataset`, and writes it in the official layout, with `identifiers.json` and
 * `test_puzzles.json`, which the evaluation reads. The tokens are made puzzle by puzzle as they are written, so a data
 * set of any size needs little memory.
 *
 * @throws RangeError as `buildArcDataset`; FileFormatError if there are files already, or they cannot be written.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { parseArcChallenges } from '@hrm/data-arc';
 * import { writeArcDataset } from '@hrm/data-arc/files';
 *
 * const pair = { input: [[0, 1]], output: [[1, 0]] };
 * const train = parseArcChallenges({ first: { train: [pair, pair], test: [pair] } });
 * const test = parseArcChallenges({ second: { train: [pair], test: [pair] } });
 * const dir = await mkdtemp(join(tmpdir(), 'arc-'));
 * console.log(await writeArcDataset(join(dir, 'data'), { train, test, augmentations: 10 })); // { train: 44, test: 11, ...
 * ```
 */
export async function writeArcDataset(dir: string, options: ArcDatasetOptions): Promise<WrittenArcDataset> {
  const plan = planArcDataset(options);
  const { augmentations = 1000 } = options;
  await mkdir(dir, { recursive: true });
  await writeArcTestPuzzles(dir, options.test);
  const count = { train: 0, test: 0 };
  for (const split of ['train', 'test'] as const) {
    const { dataset, examples } = streamSplit(plan, split);
    await writeDataset(dir, split, dataset, { identifiers: plan.identifiers });
    count[split] = examples;
  }
  const puzzlesWithFewerCopies = plan.train.filter(({ copies }) => copies <= augmentations).length;
  return { ...count, identifiers: plan.identifiers.length, puzzlesWithFewerCopies };
}

function streamSplit(plan: ArcPlan, split: 'train' | 'test'): { dataset: StreamedDataset; examples: number } {
  const { metadata, ...set } = describeArcSplit(plan, split);
  const tokens = { inputs: arcExamples(plan, split, 'inputs'), labels: arcExamples(plan, split, 'labels') };
  return { dataset: { metadata, sets: { all: { ...set, ...tokens } } }, examples: set.examples };
}

/** Checks that an existing file holds puzzles, so that it may be replaced. */
async function expectOwnTestPuzzles(dir: string): Promise<void> {
  const status = await lstat(join(dir, TEST_PUZZLES)).catch(() => undefined);
  if (status?.isFile()) await readArcTestPuzzles(dir);
}

/**
 * Writes the puzzles to evaluate on to `DIR/test_puzzles.json` of a data set of ARC, such as one that is mixed from
 * several. The folder must exist.
 *
 * @throws FileFormatError if there is such a file that holds something else, or it cannot be written.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { parseArcChallenges } from '@hrm/data-arc';
 * import { readArcTestPuzzles, writeArcTestPuzzles } from '@hrm/data-arc/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'arc-test-'));
 * const pair = { input: [[0, 1]], output: [[1, 0]] };
 * await writeArcTestPuzzles(dir, parseArcChallenges({ mirror: { train: [pair], test: [pair] } }));
 * console.log((await readArcTestPuzzles(dir))?.map(({ id }) => id)); // [ 'mirror' ]
 * ```
 */
export async function writeArcTestPuzzles(dir: string, puzzles: readonly ArcPuzzle[]): Promise<void> {
  expectText('writeArcTestPuzzles', dir);
  expectIterable('writeArcTestPuzzles: puzzles', puzzles);
  const byId = Object.fromEntries(puzzles.map((puzzle) => [puzzle.id, arcPuzzleToJson(puzzle)]));
  await expectOwnTestPuzzles(dir);
  await replaceFile(join(dir, TEST_PUZZLES), new TextEncoder().encode(JSON.stringify(byId)));
}

/**
 * Reads the puzzles to evaluate on from `DIR/test_puzzles.json` of a data set of ARC, ours or the official one.
 *
 * @returns undefined if there is no such file, because the data set is not one of ARC.
 * @throws FileFormatError with the puzzle and the pair, if the file holds something else.
 *
 * @example
 * ```ts
 * import { readArcTestPuzzles } from '@hrm/data-arc/files';
 *
 * console.log(await readArcTestPuzzles('data/sudoku')); // undefined
 * ```
 */
export async function readArcTestPuzzles(dir: string): Promise<ArcPuzzle[] | undefined> {
  const path = join(dir, TEST_PUZZLES);
  const exists = await lstat(path).catch(() => undefined);
  if (!exists) return undefined;
  return parseArcChallenges(parseJsonObject(await readRegularFile(path, { maxBytes: MAX_JSON_BYTES }), { path }), {
    path,
  });
}
