import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FileFormatError, parseJsonObject } from '@hrm/files';
import { readRegularFile, unreadable } from '@hrm/files/node';
import { parseArcChallenges, parseArcPuzzle } from '../puzzles/arc-json';
import type { ArcPuzzle } from '../puzzles/arc-puzzle';

/** Size limit of a file of puzzles. Those of ARC-AGI have less than 10 MiB. */
const MAX_JSON_BYTES = 256 * 2 ** 20;

async function readObject(path: string): Promise<{ readonly [key: string]: unknown }> {
  return parseJsonObject(await readRegularFile(path, { maxBytes: MAX_JSON_BYTES }), { path });
}

/** Whether the object is one puzzle, and not a puzzle for each identifier. */
const isPuzzle = ({ train, test }: { readonly [key: string]: unknown }) => Array.isArray(train) && Array.isArray(test);

/** The file of solutions next to a file of challenges, as Kaggle names them; undefined where there is none. */
async function solutionsNextTo(path: string): Promise<string | undefined> {
  const solutions = path.replace(/challenges(?=\.json$)/i, 'solutions');
  const exists =
    solutions !== path &&
    (await lstat(solutions)
      .then((status) => status.isFile())
      .catch(() => false));
  return exists ? solutions : undefined;
}

/** The puzzles that were read, and the files that they are from. */
export interface ArcPuzzlesRead {
  puzzles: ArcPuzzle[];
  /** The file with the outputs of the tests, if there is one. */
  solutions: string | undefined;
}

/**
 * Reads puzzles of ARC in either of the forms in which they are published.
 *
 * - A folder of files with one puzzle each, such as `data/training` of ARC-AGI. The identifier is the file's name
 *   without `.json`. Other files are ignored.
 * - A file with many, such as Kaggle's `arc-agi_training_challenges.json`. The outputs of the tests come from the file
 *   next to it that has `solutions` in its name instead of `challenges`, if there is one.
 *
 * @param options `solutions`: another file with the outputs of the tests.
 * @throws FileFormatError with the file, the puzzle, the pair, the row and what was expected.
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readArcPuzzles } from '@hrm/data-arc/files';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'arc-'));
 * const puzzle = { train: [{ input: [[1]], output: [[2]] }], test: [{ input: [[3]], output: [[4]] }] };
 * await writeFile(join(dir, '007bbfb7.json'), JSON.stringify(puzzle));
 * const { puzzles } = await readArcPuzzles(dir);
 * console.log(puzzles[0]!.id); // 007bbfb7
 * ```
 */
export async function readArcPuzzles(path: string, options: { solutions?: string } = {}): Promise<ArcPuzzlesRead> {
  if (await isFolder(path)) return { puzzles: await readFolder(path, options.solutions), solutions: undefined };
  const challenges = await readObject(path);
  if (isPuzzle(challenges)) {
    return { puzzles: [parseArcPuzzle(challenges, { id: basename(path, '.json'), path })], solutions: undefined };
  }
  const solutionsPath = options.solutions ?? (await solutionsNextTo(path));
  const solutions = solutionsPath === undefined ? undefined : await readObject(solutionsPath);
  return { puzzles: parseArcChallenges(challenges, { path, solutions, solutionsPath }), solutions: solutionsPath };
}

/** Whether the path leads to a folder. */
async function isFolder(path: string): Promise<boolean> {
  try {
    await readdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw unreadable(path, error);
  }
}

async function readFolder(path: string, solutions: string | undefined): Promise<ArcPuzzle[]> {
  if (solutions !== undefined) {
    throw new FileFormatError({
      path: solutions,
      problem: 'these solutions are of no file of challenges',
      expected: `a file in the place of the folder ${path}`,
    });
  }
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new FileFormatError({ path, problem: 'it holds no .json files', expected: 'tasks' });
  const puzzles: ArcPuzzle[] = [];
  for (const name of names) {
    const file = join(path, name);
    puzzles.push(parseArcPuzzle(await readObject(file), { id: basename(name, '.json'), path: file }));
  }
  return puzzles;
}
