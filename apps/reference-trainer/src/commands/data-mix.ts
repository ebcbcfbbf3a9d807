import { isDeepStrictEqual } from 'node:util';
import { mixDatasets, remapIdentifiers, type PuzzleDataset } from '@hrm/data';
import type { ArcPuzzle } from '@hrm/data-arc';
import { readArcTestPuzzles, writeArcTestPuzzles } from '@hrm/data-arc/files';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { args, text } from '../command-line/options';
import type { TaskConfig } from '../config/task-options';
import { readTaskFile } from '../run/puzzles/task-file';
import { expectNoPuzzles, fillNewPuzzles } from '../run/puzzles/new-puzzles';
import { countPuzzles, readSplit, writePuzzles, type RunPuzzles } from '../run/puzzles/run-puzzles';
import { identifierNames } from '../run/puzzles/identifier-names';
import { finishBeforeStopping } from '../process/stop-signals';
import { jsonOption, puzzlesOutOption } from '../command-line/shared-options';
import { counted } from '../terminal/counted';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm data mix`. */
const dataMixOptions = z.strictObject({
  folders: args('Data sets made by `hrm data`'),
  times: text('How often the puzzles of each folder occur in an epoch, such as 1,10; default: once', {
    value: 'list',
  }).optional(),
  out: puzzlesOutOption,
  json: jsonOption,
});

type Options = z.infer<typeof dataMixOptions>;

/** How often the puzzles of each folder occur in an epoch. */
function timesOf({ folders, times }: Options): number[] {
  if (times === undefined) return folders.map(() => 1);
  const numbers = times.split(',').map((digits) => (/^\d{1,6}$/.test(digits) ? Number(digits) : 0));
  if (numbers.length === folders.length && numbers.every((number) => number > 0)) return numbers;
  throw new UsageError(
    `--times: expected ${counted(folders.length, 'whole number')} from 1, one for each folder, got "${times}"`,
  );
}

/** The task of all folders; undefined if one of them does not name its task. @throws UsageError if two differ. */
function taskOf(folders: readonly string[]): TaskConfig | undefined {
  const tasks = folders.map(readTaskFile);
  const other = tasks.findIndex((task) => task !== undefined && !isDeepStrictEqual(task, tasks[0]));
  if (tasks.includes(undefined)) return undefined;
  if (other < 0) return tasks[0];
  throw new UsageError(
    `FOLDERS: by their task.json, ${folders[0]} holds puzzles of ${JSON.stringify(tasks[0])}, but ${folders[other]} of ` +
      `${JSON.stringify(tasks[other])}; expected the same task`,
  );
}

/**
 * Renumbers the puzzle identifiers of all folders, so that equal names get equal numbers.
 *
 * @returns the names of the mixture.
 * @throws UsageError if a folder has identifiers without names.
 */
async function shareIdentifiers(folders: readonly string[], parts: RunPuzzles[]): Promise<string[]> {
  const counts = parts.map(({ train, test }) =>
    Math.max(train.metadata.numPuzzleIdentifiers, test.metadata.numPuzzleIdentifiers),
  );
  if (counts.every((count) => count === 1)) return ['<blank>'];
  const names: string[][] = [];
  for (const [index, folder] of folders.entries()) {
    const own = await identifierNames(folder, counts[index]!);
    if (!own) {
      throw new UsageError(
        `FOLDERS: ${folder} has ${counts[index]} puzzle identifiers, expected a different name for each in its identifiers.json`,
      );
    }
    names.push(own);
  }
  const known = [...new Set(names.flat())];
  parts.forEach(({ train, test }, index) => {
    const both = { names: names[index]!, known };
    parts[index] = { train: remapIdentifiers(train, both), test: remapIdentifiers(test, both) };
  });
  return known;
}

/** The puzzles of ARC that the mixture is evaluated on. @throws UsageError if only some folders have them, or two differ. */
async function testPuzzlesOf(folders: readonly string[]): Promise<ArcPuzzle[] | undefined> {
  const puzzles = new Map<string, ArcPuzzle>();
  const all = await Promise.all(folders.map((folder) => readArcTestPuzzles(folder)));
  if (all.every((own) => own === undefined)) return undefined;
  for (const [index, own] of all.entries()) {
    if (!own) {
      throw new UsageError(`FOLDERS: ${folders[index]} has no test_puzzles.json, expected one as in the other folders`);
    }
    for (const puzzle of own) {
      const known = puzzles.get(puzzle.id);
      if (known && !isDeepStrictEqual(known, puzzle)) {
        throw new UsageError(
          `FOLDERS: two different tasks are called ${JSON.stringify(puzzle.id)}, one of them in ${folders[index]}`,
        );
      }
      puzzles.set(puzzle.id, puzzle);
    }
  }
  return [...puzzles.values()];
}

/** Counts the held-out puzzles of the mixture that equal a training puzzle token by token. */
function countKnown({ train, test }: RunPuzzles): number {
  const questions = ({ metadata: { seqLen }, sets }: PuzzleDataset) =>
    Object.values(sets).flatMap(({ inputs }) =>
      Array.from({ length: inputs.length / seqLen }, (_, k) => inputs.subarray(k * seqLen, (k + 1) * seqLen).join()),
    );
  const known = new Set(questions(train));
  return questions(test).filter((question) => known.has(question)).length;
}

/** Runs `hrm data mix`. */
async function dataMix(options: Options): Promise<void> {
  const { folders, out } = options;
  if (folders.length === 0) throw new UsageError('FOLDERS: expected data sets to mix, such as data/easy data/hard');
  const times = timesOf(options);
  expectNoPuzzles(out);
  const terminal = new Terminal(options.json);
  const parts: RunPuzzles[] = [];
  for (const folder of folders) {
    const [train, test] = [await readSplit(folder, 'train', 'FOLDERS'), await readSplit(folder, 'test', 'FOLDERS')];
    parts.push({ train, test });
  }
  const identifiers = await shareIdentifiers(folders, parts);
  const testPuzzles = await testPuzzlesOf(folders);
  const mix = (): RunPuzzles => ({
    train: mixDatasets(parts.map(({ train }, index) => ({ dataset: train, times: times[index]! }))),
    test: mixDatasets(parts.map(({ test }) => ({ dataset: test }))),
  });
  let puzzles: RunPuzzles;
  try {
    puzzles = mix();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`FOLDERS: ${error.message}`);
    throw error;
  }
  const known = countKnown(puzzles);
  const task = taskOf(folders);
  await finishBeforeStopping(() =>
    fillNewPuzzles(out, task, async () => {
      await writePuzzles(out, puzzles, identifiers);
      if (testPuzzles) await writeArcTestPuzzles(out, testPuzzles);
    }),
  );
  const [train, test] = [countPuzzles(puzzles.train), countPuzzles(puzzles.test)];
  terminal.say(`${counted(train, 'example')} to train on, with repeats, and ${test} held out, in ${out}.`);
  if (known > 0) {
    terminal.say(`Warning: ${known} of the ${test} held-out puzzles equal a training puzzle token by token.`);
  }
  terminal.result({ out, train, test, known });
}

export const dataMixCommand = defineCommand({
  name: 'data mix',
  summary: 'Combine data sets of one kind, such as easy and hard puzzles',
  options: dataMixOptions,
  examples: ['hrm data mix data/easy data/hard --times 1,10 --out data/mixed'],
  notes: `The held-out puzzles are combined too, each once. The command counts only those that equal a training puzzle token by token;
\`hrm data import\` counts those that are equal up to symmetry.`,
  run: dataMix,
});
