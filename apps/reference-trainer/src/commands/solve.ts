import { Solver } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, choice, count, text, texts } from '../command-line/options';
import { backendOptions, importsOption, precisionOption, runOptions } from '../command-line/shared-options';
import { UsageError } from '../command-line/usage-error';
import { startEngine } from '../engine/engine';
import { probabilitiesOf } from '../run/building/build-run';
import { expectIdentifier } from '../run/puzzles/identifier-names';
import { modelOfRun, shippedModel } from '../solve/choose-model';
import { textFromJson } from '../solve/json-puzzles';
import { batchSizeOf, passOverEach } from '../solve/pass-over-each';
import { parsePuzzles, readPuzzleText } from '../solve/read-puzzles';
import type { ShownPuzzle } from '../solve/show-puzzle';
import { solveOne, thinkAboutOne } from '../solve/solve-one';
import { expectThinkable, thinkingOptions, thinkLonger, thinksLonger } from '../solve/think-longer';
import { writeAnswers } from '../solve/write-answers';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm solve`. */
const solveOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  puzzle: argument('The puzzle; without it, or for "-", puzzles are read from stdin').optional(),
  file: text('A file of puzzles', { value: 'file' }).optional(),
  ...runOptions,
  run: text('Folder of the run whose model solves them. Default: the shipped model that fits, see `hrm models`', {
    value: 'folder',
    expected: 'the folder of a run',
  }).optional(),
  segments: count(
    'How long it thinks, in segments; more than in training is allowed. Default: as in training, or by the size of a maze',
  ).optional(),
  checkpoint: choice('newest or best, with --run (default: newest)', ['newest', 'best'], 'which').optional(),
  until: choice(
    'verified: one pass until the answer keeps the rules, where they can be checked; halted: until the model would stop; ' +
      'end: all segments',
    ['verified', 'halted', 'end'],
    'when',
  ).default('verified'),
  ...thinkingOptions,
  set: texts("Option of the task, such as width=30, instead of the run's; may be repeated", {
    value: 'key=value',
    expected: 'an assignment such as width=30',
  }),
  identifier: text('The puzzle identifier whose vector the model gets. Default: the blank one', {
    value: 'name',
  }).optional(),
});

type Options = z.infer<typeof solveOptions>;

/** Runs `hrm solve`. */
async function solve(options: Options): Promise<void> {
  const first = new Terminal(options.json);
  const { run, until } = options;
  const ofRun = run === undefined ? undefined : await modelOfRun(run, options, first);
  const given = await readPuzzleText(options);
  // Tasks of runs may have a meaning of their own for brackets.
  const text = ofRun ? given : textFromJson(given);
  const { task, solver: name, load } = ofRun ?? shippedModel(text, options);
  const puzzles = parsePuzzles(task, text, { solver: name, color: first.hasColors });
  const terminal = new Terminal(options.json, 'many' in puzzles);
  if ('one' in puzzles && puzzles.one.flaw !== undefined) {
    throw new UsageError(`PUZZLE cannot be solved: ${puzzles.one.flaw}`);
  }
  const longer = { tries: options.tries, search: options.search, until };
  expectThinkable(task, longer);
  // To compile the segment pays only if it runs often.
  const { compile } = await startEngine(terminal, {
    ...options,
    compile: thinksLonger(longer) ? options.compile : 'eager',
  });
  const { model, identifiers, config, ...usual } = await load(terminal);
  const segments = options.segments ?? usual.segments;
  const solver = new Solver(model, { compile });
  const batchSize = batchSizeOf(model);
  const identifier = expectIdentifier(options.identifier, identifiers);
  const how = { until, identifier, ...(segments && { segments }) };
  if (options.identifier === undefined && identifiers && identifiers.count > 1) {
    terminal.say('Note: the blank vector is used; --identifier gives the puzzle the vector of its identifier.');
  }
  const thoughts = (all: readonly ShownPuzzle[]) =>
    thinkLonger(
      { model, task, compile, batchSize, probabilities: config && probabilitiesOf(config) },
      all.map((shown) => ({ shown, puzzleIdentifier: identifier })),
      { ...longer, segments },
    );
  if ('many' in puzzles) {
    const passes = (all: readonly ShownPuzzle[]) => passOverEach(solver, all, { ...how, batchSize });
    await writeAnswers(thinksLonger(longer) ? thoughts : passes, puzzles.many, terminal);
  } else {
    const { one } = puzzles;
    await (thinksLonger(longer) ? thinkAboutOne(thoughts([one]), one, terminal) : solveOne(solver, one, how, terminal));
  }
  solver.dispose();
  model.dispose();
}

export const solveCommand = defineCommand({
  name: 'solve',
  summary: 'Solve a puzzle, or the puzzles on stdin or in a file',
  options: solveOptions,
  examples: [
    'hrm solve "1... ..3. .4.. ...2"',
    'hrm solve --file puzzles.txt --segments 64 --json',
    'hrm solve --file mazes.txt',
    'hrm solve --run runs/first --tries 64 "1... ..3. .4.. ...2"',
  ],
  notes: `For several puzzles, each line has the answer, a tab, and whether it is right. With --json each line is an object,
and the last object has the totals "count", "solved" (the rules and givens are kept), "tries", "segments", "modelCalls" (segments
of all tries) and "seconds". "valid" is null if the answer cannot be verified. The exit
status is 0 even if the model does not find the answer; it is 2 if a puzzle cannot be read or has no solution.
Without --run, mazes may have any size, one for a call: a square maze on each line, or rows ('#' wall, ' ' free, S and G).`,
  run: solve,
});
