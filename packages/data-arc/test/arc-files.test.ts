import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset, readIdentifiers } from '@hrm/data/files';
import { FileFormatError } from '@hrm/files';
import { dir, rejection } from '../../data/test/temporary-files';
import { arcPuzzleToJson, buildArcDataset, parseArcIdentifier } from '../src/index';
import { readArcPuzzles, readArcTestPuzzles, writeArcDataset, writeArcSubmission } from '../src/files';
import { evaluation, testdata, training } from './testdata';

const pair = { input: [[1]], output: [[2]] };
const task = { train: [pair], test: [pair] };

async function folder(name: string, files: Record<string, unknown>): Promise<string> {
  const path = join(dir, name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

describe('reading puzzles', () => {
  it('gives the same from a folder and from a file of many', async () => {
    const files = Object.fromEntries(evaluation.map((puzzle) => [`${puzzle.id}.json`, arcPuzzleToJson(puzzle)]));
    const { puzzles, solutions } = await readArcPuzzles(await folder('evaluation', { ...files, 'README.md': '' }));
    expect(puzzles).toEqual([...evaluation].sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect(solutions).toBeUndefined();
    const one = await readArcPuzzles(join(dir, 'evaluation', `${evaluation[0]!.id}.json`));
    expect(one.puzzles).toEqual([evaluation[0]]);
  });

  it('finds the solutions next to the challenges, or takes others, or none', async () => {
    const path = await folder('kaggle', {
      'my_challenges.json': { a: { train: [pair], test: [{ input: [[3]] }] } },
      'my_solutions.json': { a: [[[4]]], other: [] },
      'others.json': { a: [[[5]]] },
      'alone.json': { a: { train: [pair], test: [{ input: [[3]] }] } },
    });
    const outputOf = async (name: string, options = {}) =>
      (await readArcPuzzles(join(path, name), options)).puzzles[0]!.test[0]!.output?.cells[0];
    expect(await outputOf('my_challenges.json')).toBe(4);
    expect(await outputOf('my_challenges.json', { solutions: join(path, 'others.json') })).toBe(5);
    expect(await outputOf('alone.json')).toBeUndefined();
    expect((await readArcPuzzles(join(path, 'my_challenges.json'))).solutions).toBe(join(path, 'my_solutions.json'));
  });

  it.each([
    ['not JSON', '{', /a.json: the file is not valid JSON/],
    ['no tests', { train: [pair], test: [] }, /a.json: task "a": it has no test pairs/],
    ['no outputs', { train: [{ input: [[1]] }], test: [pair] }, /task "a", train pair 1: it has no output/],
    ['a pair that is none', { train: [pair, 5], test: [pair] }, /task "a", train pair 2: it is not an object/],
    ['a bad colour', { train: [pair], test: [{ input: [[1], [12]] }] }, /task "a", test pair 1, input: row 2 of the grid has the colour 12/], // prettier-ignore
  ])('of %s names file and task', async (name, content, message) => {
    const path = await folder(`bad ${name}`, { 'a.json': content });
    const error = await rejection(readArcPuzzles(path), FileFormatError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(join(path, 'a.json'));
  });

  it.each([
    ['no tasks', {}, {}, /x_challenges.json: the file: it holds no tasks/],
    ['a task without a solution', { a: task, b: task }, { a: [[[1]]] }, /x_solutions.json: the solutions of task "b": they are missing/], // prettier-ignore
    ['too many solutions', { a: task }, { a: [[[1]], [[2]]] }, /the solutions of task "a": there are 2; expected a list of 1/], // prettier-ignore
    ['a wrong solution', { a: task }, { a: [[[1, 2], [3]]] }, /the solutions of task "a", test 1: row 2 of the grid has 1 cells/], // prettier-ignore
    ['an unusable name', { 'a|||b': task }, {}, /task "a\|\|\|b": it has an unusable name/],
  ])('of %s is refused', async (name, challenges, solutions, message) => {
    const path = await folder(`bad ${name}`, { 'x_challenges.json': challenges, 'x_solutions.json': solutions });
    await expect(readArcPuzzles(join(path, 'x_challenges.json'))).rejects.toThrow(message);
  });

  it('refuses a folder without tasks, solutions of a folder, and a missing path', async () => {
    const path = await folder('empty', {});
    await expect(readArcPuzzles(path)).rejects.toThrow(/empty: it holds no .json files/);
    const full = await folder('full', { 'a.json': task });
    await expect(readArcPuzzles(full, { solutions: 'x.json' })).rejects.toThrow(
      /x.json: these solutions are of no file/,
    );
    await expect(readArcPuzzles(join(dir, 'nowhere'))).rejects.toThrow(FileFormatError);
  });
});

describe('writing a data set', () => {
  it('gives what is built in memory, and the puzzles of the test', async () => {
    const options = { train: training, test: evaluation, augmentations: 5, seed: 3 };
    const out = join(dir, 'arc');
    const built = buildArcDataset(options);
    expect(await writeArcDataset(out, options)).toEqual({ train: 90 * 6, test: 11 * 6, identifiers: 121, puzzlesWithFewerCopies: 0 }); // prettier-ignore
    expect(await readDataset(out, 'train')).toEqual(built.train);
    expect(await readDataset(out, 'test')).toEqual(built.test);
    expect(await readIdentifiers(out)).toEqual(built.identifiers);
    expect(await readArcTestPuzzles(out)).toEqual(evaluation);
    expect((await readFile(join(out, 'train', 'all__inputs.npy'))).length).toBe(128 + 540 * 900);
    await expect(writeArcDataset(out, options)).rejects.toThrow(/already exists/);
    const other = buildArcDataset({ ...options, seed: 4 });
    expect(other.identifiers).not.toEqual(built.identifiers);
  });

  it('moves all grids of training except one pair of each copy, and no grid of the test', () => {
    const { train, test } = buildArcDataset({ train: training, test: evaluation, augmentations: 5 });
    const isAtTopLeft = (tokens: ArrayLike<number>, example: number) => tokens[900 * example]! > 0;
    const { inputs, puzzleIndices } = train.sets['all']!;
    const moved = Array.from(puzzleIndices.subarray(1), (end, puzzle) => {
      const all = Array.from({ length: end - puzzleIndices[puzzle]! }, (_, k) => puzzleIndices[puzzle]! + k);
      expect(all.some((example) => isAtTopLeft(inputs, example))).toBe(true);
      return all.filter((example) => !isAtTopLeft(inputs, example)).length;
    });
    expect(moved.reduce((sum, count) => sum + count)).toBeGreaterThan(0.6 * (inputs.length / 900 - moved.length));
    for (let example = 0; example < 66; example++) expect(isAtTopLeft(test.sets['all']!.inputs, example)).toBe(true);
  });

  it('leaves out unknown outputs: no training on them, no label in the test', () => {
    const unknown = evaluation.map((puzzle) => ({ ...puzzle, test: puzzle.test.map(({ input }) => ({ input })) }));
    const [first] = unknown;
    const { train, test } = buildArcDataset({ train: [first!], test: unknown.slice(1), augmentations: 0 });
    expect(train.sets['all']!.puzzleIndices[1]).toBe(first!.train.length);
    expect(test.sets['all']!.labels.every((label) => label === 0)).toBe(true);
    expect(test.sets['all']!.inputs.some((token) => token > 0)).toBe(true);
  });

  it('refuses tasks that occur twice', () => {
    const [one, two] = training;
    const build =
      (train: typeof training, test: typeof training, augmentations = 1) =>
      () =>
        buildArcDataset({ train, test, augmentations });
    expect(build([one!, one!], [two!])).toThrow(`task ${one!.id} appears twice among the tasks to train on`);
    expect(build([one!], [two!, two!])).toThrow(`task ${two!.id} appears twice among the tasks to test on`);
    expect(build([one!, two!], [two!])).toThrow(/to train on and to test on: its answers would be trained on/);
    expect(build([one!], [])).toThrow(/no tasks to test on/);
    expect(build([one!], [two!], -1)).toThrow(/augmentations is -1, expected a whole number of at least 0/);
  });

  it('draws the copies of a puzzle whatever puzzles are before it in memory, and none with 0 augmentations', () => {
    const { identifiers } = buildArcDataset({ train: training.slice(0, 2), test: evaluation.slice(0, 1), augmentations: 0 }); // prettier-ignore
    expect(identifiers).toEqual(['<blank>', training[0]!.id, training[1]!.id, evaluation[0]!.id]);
    expect(parseArcIdentifier(identifiers[1]!).augmentation.transform).toBe(0);
  });
});

it('a submission is written whole', async () => {
  const path = join(await folder('submission', {}), 'submission.json');
  const submission = { a: [{ attempt_1: [[1]], attempt_2: [[2]] }] };
  await writeArcSubmission(path, submission);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(submission);
  expect(await readdir(join(dir, 'submission'))).toEqual(['submission.json']);
});

it('the test data has a notice', async () => {
  expect(await readFile(testdata('NOTICE'), 'utf8')).toMatch(/ARC-AGI.*Apache License 2\.0/s);
});
