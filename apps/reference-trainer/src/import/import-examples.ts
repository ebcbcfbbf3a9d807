import { basename } from 'node:path';
import {
  buildDataset,
  countEqualPuzzles,
  type ExampleTable,
  gridPlanner,
  type ImportPlan,
  type ImportPlanner,
  sequencePlanner,
} from '@hrm/data';
import { printedCommand } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import { presets } from '../config/presets/presets';
import { finishBeforeStopping } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import type { Terminal } from '../terminal/terminal';
import { countContradictions } from './count-contradictions';
import type { ImportOptions } from './import-options';
import { addExamples, readExampleFile } from './read-example-file';
import { expectRoom } from '../run/puzzles/expect-room';
import { writeNewPuzzles } from '../run/puzzles/run-puzzles';
import { showExamples, showPlan } from './show-plan';

/** Kinds of examples that are read from files. */
type ExampleKind = 'tokens' | 'grid';

function plannerOf(kind: ExampleKind, { alphabet, separator }: ImportOptions): ImportPlanner<object> {
  if (kind === 'grid') return gridPlanner();
  const isWords = separator !== undefined && alphabet !== undefined;
  return sequencePlanner({ alphabet: isWords ? wordsOf(alphabet, separator) : alphabet, separator });
}

/** The words of a declared alphabet, separated as the text is. */
const wordsOf = (alphabet: string, separator: string): string[] =>
  alphabet.split(separator.trim() === '' ? /\s+/ : separator).map((word) => word.trim());

function planOf(kind: ExampleKind, options: ImportOptions, tables: { train: ExampleTable; test: ExampleTable }) {
  try {
    const planner = plannerOf(kind, options);
    for (const flag of ['train', 'test'] as const) addExamples(planner, flag, options[flag], tables[flag]);
    return planner.plan();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--train: ${error.message}`);
    throw error;
  }
}

/** Counts the held-out questions, and the ids, that the training file has too. */
function countSeen(train: ExampleTable, test: ExampleTable, { task, encode }: ImportPlan<object>) {
  const classOf = (example: Parameters<typeof encode>[0]) => task.puzzleClass(encode(example).input);
  const ids = new Set<string>();
  for (const { id } of train) if (id !== undefined) ids.add(id);
  let withKnownId = 0;
  if (ids.size > 0) for (const { id } of test) if (id !== undefined && ids.has(id)) withKnownId++;
  return { equal: countEqualPuzzles({ puzzles: test, among: train, classOf }), withKnownId };
}

function* encoded(examples: ExampleTable, { encode }: ImportPlan<object>) {
  for (const example of examples) yield encode(example);
}

/**
 * Imports questions and answers of any kind from files. Says how they become tokens, and shows the first ones, before
 * anything is written.
 *
 * @throws UsageError if a file cannot be read, or its examples cannot be imported.
 */
export async function importExamples(kind: ExampleKind, options: ImportOptions, terminal: Terminal): Promise<void> {
  const { out, subsample, seed, overlap, format, inputColumn, outputColumn, idColumn, minRating, limit } = options;
  const started = performance.now();
  const reading = { format, inputColumn, outputColumn, idColumn, minRating, limit, json: kind === 'grid' };
  const read = (flag: 'train' | 'test') => readExampleFile(flag, options[flag], reading);
  const all = { train: await read('train'), test: await read('test') };
  const plan = planOf(kind, options, all);
  if (subsample !== undefined && all.train.length < subsample) {
    terminal.say(`--subsample: ${options.train} has only ${all.train.length} examples; all are kept.`);
  }
  const train = subsample === undefined ? all.train : all.train.subsample({ count: subsample, seed });
  const { test } = all;
  try {
    // Every example has the length of the longest, so one long line can make a data set too large.
    expectRoom(out, { train: train.length, test: test.length }, plan.task);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--train: ${error.message}, or use --subsample`);
    throw error;
  }
  showPlan(plan, { kind, isDeclared: options.alphabet !== undefined }, terminal);
  showExamples(plan, train, options.train, terminal);
  const seen = overlap === 'count' ? countSeen(train, test, plan) : undefined;
  const contradictions = seen && countContradictions(encoded(train, plan));
  const puzzles = {
    train: buildDataset(encoded(train, plan), plan.task),
    test: buildDataset(encoded(test, plan), plan.task),
  };
  await finishBeforeStopping(() => writeNewPuzzles(out, puzzles, { kind, ...plan.options }));
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${counted(train.length, 'example')} to train on and ${counted(test.length, 'example')} held out, in ${out} (${seconds.toFixed(1)} s).`,
  );
  if (seen?.equal === 0) terminal.say('No held-out question occurs in training.');
  else if (seen) terminal.warn(`${seen.equal} of the ${test.length} held-out questions occur in training too.`);
  if (seen && seen.withKnownId > 0) {
    terminal.warn(`${seen.withKnownId} of the ${test.length} held-out examples have an id of a training example.`);
  }
  if (contradictions) {
    const questions = `${counted(contradictions, 'question')} of ${options.train}`;
    terminal.warn(
      `${questions} ${contradictions === 1 ? 'has' : 'have'} more than one answer: a model can learn only one of them.`,
    );
  }
  const groups = puzzles.train.metadata.totalGroups;
  // A pass takes one example of each group.
  const smaller = groups < presets.sequences.training.batchSize ? ['--set', `training.batchSize=${groups}`] : [];
  terminal.say(
    `Next:\n  ${printedCommand('train', 'sequences', '--data', out, '--out', `runs/${basename(out)}`, ...smaller)}`,
  );
  terminal.result({
    out,
    task: { kind, ...plan.options },
    train: train.length,
    test: test.length,
    equalQuestions: seen?.equal ?? null,
    contradictions: contradictions ?? null,
    seconds,
  });
}
