import type { Task } from '@hrm/data';
import { type RecursiveReasoner, type SegmentResult, Solver, type SolveOptions, type Until } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, choice, count, text, texts } from '../command-line/options';
import { nearestName } from '../config/section';
import type { RunConfig } from '../config/run-config';
import { probabilitiesOf } from '../run/building/build-run';
import { fittingBatch } from '../run/building/fitting-batch';
import { loadRun, loadRunParts } from '../run/folder/load-run';
import { identifierNumber, type Identifiers } from '../run/puzzles/identifier-names';
import { countChanges, type JudgedAnswer, judgeAnswer } from '../solve/judge-answer';
import type { PuzzleInText } from '../solve/puzzles-in-text';
import { parsePuzzles, readPuzzleText, type PuzzleText } from '../solve/read-puzzles';
import { textFromJson } from '../solve/json-puzzles';
import { segmentsForSize } from '../solve/segments-for-size';
import { loadShipped, shippedModelFor } from '../solve/shipped-model';
import { backendOptions, importsOption, precisionOption, runOptions } from '../command-line/shared-options';
import { startEngine } from '../engine/engine';
import { preparePrecision } from '../engine/precision';
import { counted } from '../terminal/counted';
import type { ShownPuzzle } from '../solve/show-puzzle';
import { expectThinkable, thinkingOptions, thinkLonger, thinksLonger, type ThoughtAnswer } from '../solve/think-longer';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

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

/** The most puzzles, and the most cells, in a batch. */
const BATCH_SIZE = 64;
const BATCH_CELLS = 60_000;

/** The most puzzles that a model solves side by side. */
const batchSizeOf = (model: RecursiveReasoner): number =>
  Math.min(BATCH_SIZE, Math.ceil(BATCH_CELLS / model.seqLen), fittingBatch(model));

/** Exit status if a puzzle has no solution. */
const BAD_PUZZLE = 2;

/** An answer, and what it cost; how it was chosen, or when the model reached it in one pass. */
type ToldAnswer = Omit<ThoughtAnswer, 'chosenBy'> &
  Partial<Pick<ThoughtAnswer, 'chosenBy'> & Pick<JudgedAnswer, 'settledAfter' | 'haltedAfter'>>;

const outcomeOf = ({ valid, reason }: Pick<JudgedAnswer, 'valid' | 'reason'>): string => {
  if (valid === null) return 'Not verified: puzzles of this kind cannot be checked';
  return valid ? 'Solved' : `Not solved: ${reason ?? 'the answer is not valid'}`;
};

/** When the pass over puzzles stops. One that cannot be verified runs all segments. */
const stopOf =
  (puzzles: readonly ShownPuzzle[]): Until =>
  ({ answer }, { index }) =>
    puzzles[index]!.verify(answer)?.valid === true;

/** Solves one puzzle and shows each segment. */
async function solveOne(
  solver: Solver,
  shown: ShownPuzzle,
  { identifier, until, batchSize: _, ...length }: SolvingOptions,
  terminal: Terminal,
): Promise<void> {
  const options = { ...length, until: until === 'verified' ? stopOf([shown]) : until };
  terminal.show(`\n${shown.draw()}\n`);
  if (shown.note !== undefined) terminal.say(`Note: ${shown.note}.\n`);
  const history: SegmentResult[] = [];
  const started = performance.now();
  for await (const result of solver.stream({ inputs: shown.tokens, puzzleIdentifier: identifier }, options)) {
    const changed = countChanges(shown, result.answer, history.at(-1)?.answer);
    terminal.say(
      `segment ${result.segment}: ${result.segment === 1 ? 'first answer' : `${counted(changed, 'cell')} changed`}`,
    );
    history.push(result);
  }
  const solved = judgeAnswer(shown, history);
  const { tokens, answer, valid, segments, settledAfter, haltedAfter } = solved;
  terminal.show(`\n${shown.draw(tokens)}\n`);
  terminal.say(
    `${outcomeOf(solved)}. One pass of ${counted(segments, 'segment')}; the answer was reached after ${settledAfter}` +
      `${haltedAfter === undefined ? '' : `, and the model would have stopped after ${haltedAfter}`}.`,
  );
  const seconds = (performance.now() - started) / 1000;
  const counts = { count: 1, solved: Number(valid === true), tries: 1, segments, modelCalls: segments, seconds };
  terminal.result({ answer, valid, settledAfter, haltedAfter, ...counts });
}

/** Thinks about one puzzle for longer than one pass, and shows the answer. */
async function thinkAboutOne(
  answers: AsyncGenerator<ThoughtAnswer, void>,
  shown: ShownPuzzle,
  terminal: Terminal,
): Promise<void> {
  terminal.show(`\n${shown.draw()}\n`);
  if (shown.note !== undefined) terminal.say(`Note: ${shown.note}.\n`);
  const started = performance.now();
  const solved = (await answers.next()).value as ThoughtAnswer;
  await answers.return();
  const { tokens, answer, valid, tries, segments, modelCalls, chosenBy } = solved;
  terminal.show(`\n${shown.draw(tokens)}\n`);
  terminal.say(`${outcomeOf(solved)}. Tries: ${tries}; segments: ${segments} in the chosen one, ${modelCalls} in all.`);
  const seconds = (performance.now() - started) / 1000;
  const counts = { count: 1, solved: Number(valid === true), tries, segments, modelCalls, seconds };
  terminal.result({ answer, valid, chosenBy, ...counts });
}

/** Solves puzzles in one pass each, in batches. */
async function* passOverEach(
  solver: Solver,
  puzzles: readonly ShownPuzzle[],
  { identifier, until, batchSize: most, ...length }: SolvingOptions,
): AsyncGenerator<ToldAnswer, void, undefined> {
  const given = puzzles.map(({ tokens }) => ({ inputs: tokens, puzzleIdentifier: identifier }));
  const batchSize = Math.min(most, Math.max(1, given.length));
  let index = 0;
  const options = { ...length, until: until === 'verified' ? stopOf(puzzles) : until, batchSize };
  for await (const { history } of solver.solveAll(given, options)) {
    const judged = judgeAnswer(puzzles[index++]!, history);
    yield { ...judged, tries: 1, modelCalls: judged.segments };
  }
}

/**
 * Solves puzzles, and writes one answer per line. Puzzles without a solution are not tried.
 *
 * @param answersTo gives the answers to puzzles in their order.
 */
async function solveAll(
  answersTo: (puzzles: readonly ShownPuzzle[]) => AsyncGenerator<ToldAnswer, void>,
  puzzles: readonly PuzzleInText[],
  terminal: Terminal,
): Promise<void> {
  const started = performance.now();
  const counts = {
    count: puzzles.length,
    solved: 0,
    tries: 0,
    segments: 0,
    modelCalls: 0,
    impossible: 0,
    unverified: 0,
  };
  const tried = puzzles.map(({ shown }) => shown).filter(({ flaw }) => flaw === undefined);
  const answers = answersTo(tried);
  for (const { line, shown } of puzzles) {
    const puzzle = shown.format();
    if (shown.flaw !== undefined) {
      counts.impossible++;
      terminal.answer(`${puzzle}\tcannot be solved: ${shown.flaw}`, {
        line,
        puzzle,
        answer: null,
        valid: false,
        flaw: shown.flaw,
      });
      continue;
    }
    const told = (await answers.next()).value as ToldAnswer;
    const { answer, valid, reason, segments, settledAfter, haltedAfter, tries, modelCalls, chosenBy } = told;
    counts.tries += tries;
    counts.segments += segments;
    counts.modelCalls += modelCalls;
    if (valid) counts.solved++;
    if (valid === null) counts.unverified++;
    const outcome = valid === null ? 'not verified' : valid ? 'solved' : `not solved: ${reason}`;
    terminal.answer(`${answer}\t${outcome}${shown.note === undefined ? '' : ` (${shown.note})`}`, {
      line, puzzle, answer, valid, segments, settledAfter, haltedAfter, ...(chosenBy && { tries, modelCalls, chosenBy }), ...(shown.note !== undefined && { note: shown.note }),
    }); // prettier-ignore
  }
  const seconds = (performance.now() - started) / 1000;
  const { count, solved, impossible, unverified } = counts;
  const parts = [
    ...(unverified < count ? [`solved ${solved}`] : []),
    ...(impossible > 0 ? [`${impossible} cannot be solved`] : []),
    ...(unverified > 0 ? [`${unverified} not verified`] : []),
  ];
  terminal.say(`Of ${counted(count, 'puzzle')}: ${parts.join(', ')}, in ${seconds.toFixed(1)} s.`);
  terminal.result({ ...counts, seconds });
  if (impossible > 0) process.exitCode = BAD_PUZZLE;
}

/** How puzzles are solved. */
type SolvingOptions = Pick<SolveOptions, 'segments'> & {
  until: Options['until'];
  /** The number of their identifier. */
  identifier: number;
  /** The most puzzles side by side. */
  batchSize: number;
};

/** The number of the identifier that is named on the command line. @throws UsageError if there is no vector for it. */
function identifierFor(name: string | undefined, known: Identifiers | undefined): number {
  if (name === undefined) return 0;
  if (!known) throw new UsageError(`--identifier: this run's model has no puzzle embedding; leave the option out`);
  const number = identifierNumber(name, known);
  if (number !== undefined) return number;
  const nearest = nearestName(name, known.names ?? []);
  throw new UsageError(
    `--identifier: the run's model has no vector for ${JSON.stringify(name)}; ` +
      (nearest !== undefined
        ? `did you mean ${JSON.stringify(nearest)}?`
        : known.names
          ? `it knows ${known.names
              .slice(0, 5)
              .map((each) => JSON.stringify(each))
              .join(', ')}${known.count > 5 ? ` and ${known.count - 5} more` : ''}`
          : `expected a number from 0 to ${known.count - 1}`),
  );
}

/** What solves the puzzles. */
interface ChosenModel {
  task: Task;
  /** Its name in messages. */
  solver: string;
  load(terminal: Terminal): Promise<LoadedModel>;
}

interface LoadedModel {
  model: RecursiveReasoner;
  identifiers?: Identifiers | undefined;
  /** The run's, which names the token loss. */
  config?: RunConfig;
  /** How long it thinks by default, if not as in training. */
  segments?: number;
}

/** The model of a run. @throws UsageError if there is no run. */
async function modelOfRun(run: string, options: Options, terminal: Terminal): Promise<ChosenModel> {
  const loaded = await loadRunParts(run, terminal, options);
  const load = (terminal: Terminal) => loadRun(run, options.checkpoint ?? 'newest', terminal, { ...options, loaded });
  return { task: loaded.task, solver: 'The run', load };
}

/** The shipped model that fits the puzzles. @throws UsageError if there is none. */
function shippedModel(text: PuzzleText, { precision, set, checkpoint }: Options): ChosenModel {
  if (checkpoint) throw new UsageError('--checkpoint: is for --run; a shipped model has no checkpoints');
  if (set.length > 0) throw new UsageError('--set: is for --run; a shipped model has its task already');
  const shipped = shippedModelFor(text);
  const { name, card, task } = shipped;
  const load = async (terminal: Terminal) => {
    terminal.say(`Model: ${name}, ${card.parameters} parameters (\`hrm models\`).`);
    const model = await loadShipped(shipped, precision);
    await preparePrecision({ compileMode: 'eager' }, { precision }, terminal);
    return card.anySize && task.grid
      ? { model, segments: segmentsForSize(task.grid, model.halting.maxSegments) }
      : { model };
  };
  return { task, solver: name, load };
}

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
  const identifier = identifierFor(options.identifier, identifiers);
  const how = { until, identifier, batchSize, ...(segments && { segments }) };
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
    const passes = (all: readonly ShownPuzzle[]) => passOverEach(solver, all, how);
    await solveAll(thinksLonger(longer) ? thoughts : passes, puzzles.many, terminal);
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
