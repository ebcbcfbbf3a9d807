import { isDeepStrictEqual } from 'node:util';
import { mixDatasets, type PuzzleDataset } from '@hrm/data';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { args, text } from '../command-line/options';
import type { TaskConfig } from '../config/task-options';
import { readTaskFile } from '../run/puzzles/task-file';
import { countPuzzles, expectNoPuzzles, readSplit, writeNewPuzzles, type RunPuzzles } from '../run/puzzles/run-puzzles';
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
  await finishBeforeStopping(() => writeNewPuzzles(out, puzzles, task));
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
