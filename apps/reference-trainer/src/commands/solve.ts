import { type Solution, Solver, type SolveOptions, type Thought } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, choice, text } from '../command-line/options';
import type { Task } from '../config/run-config';
import { readRegularFile } from '../files/read-regular-file';
import { loadRun } from '../run/folder/load-run';
import { readRunDescription } from '../run/folder/run-folder';
import { countChanges, type JudgedAnswer, judgeThoughts } from '../solve/judge-thoughts';
import { type PuzzleInText, puzzlesInText } from '../solve/puzzles-in-text';
import { backendOptions, importsOption } from '../command-line/shared-options';
import { startEngine } from '../engine/engine';
import { counted } from '../terminal/counted';
import { readStdin } from '../files/read-stdin';
import { showPuzzle, type ShownPuzzle } from '../solve/show-puzzle';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';

/** Options of `hrm solve`. */
const solveOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  puzzle: argument('The puzzle; puzzles are read from stdin if not given').optional(),
  file: text('A file of puzzles', { value: 'file' }).optional(),
  run: text('Folder of the run', { value: 'folder', expected: 'the folder of a run' }),
  checkpoint: choice('newest or best', ['newest', 'best'], 'which').default('newest'),
  until: choice('end: run all segments; halted: stop when the model would', ['halted', 'end'], 'when').default('end'),
});

type Options = z.infer<typeof solveOptions>;

/** More puzzles than fit in these are solved in parts. */
const MAX_STDIN_BYTES = 1 << 26;
const MAX_FILE_BYTES = 1 << 28;

/** Puzzles that are thought about together. */
const BATCH_SIZE = 64;

/** Exit status where a puzzle cannot be solved by anyone. */
const BAD_PUZZLE = 2;

function readPuzzleFile(file: string): string {
  if (/\.csv$/i.test(file)) {
    throw new UsageError(
      `--file: ${file} is CSV, which is not read here, but one puzzle a line or as a grid; \`hrm data import\` reads CSV, and \`hrm eval\` evaluates what it makes`,
    );
  }
  try {
    return readRegularFile(file, { maxBytes: MAX_FILE_BYTES }).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`--file: ${isMissing ? `there is no file ${file}` : (error as Error).message}`);
  }
}

/** The puzzles to solve: one that is to be watched, or several. Nothing is computed before all of them are read. */
async function readPuzzles(
  { puzzle, file }: Options,
  task: Task,
  color: boolean,
): Promise<{ one: ShownPuzzle } | { many: PuzzleInText[] }> {
  if (file !== undefined) {
    if (puzzle !== undefined) throw new UsageError('--file: give a puzzle or a file of them, not both');
    return { many: puzzlesInText(task, readPuzzleFile(file), { source: file }) };
  }
  const isPiped = puzzle === undefined || puzzle === '-';
  const content = isPiped ? await readStdin('PUZZLE', MAX_STDIN_BYTES) : puzzle;
  if (content.trim() === '') {
    throw new UsageError('PUZZLE: there is none; give it on the command line, on stdin or by --file');
  }
  if (!isPiped) return { one: showPuzzle(task, content.replace(/\r?\n$/, ''), { color }) };
  const many = puzzlesInText(task, content, { source: 'stdin', color });
  return many.length === 1 ? { one: many[0]!.shown } : { many };
}

const outcomeOf = ({ valid, reason }: JudgedAnswer): string => {
  if (valid === null) return 'Nobody can tell whether this is right: puzzles of this kind are not verified';
  return valid ? 'Solved' : `Not solved: ${reason ?? 'the answer is not valid'}`;
};

/** Solves one puzzle before a person's eyes. */
async function solveOne(solver: Solver, shown: ShownPuzzle, options: SolveOptions, terminal: Terminal): Promise<void> {
  terminal.show(`\n${shown.draw()}\n`);
  if (shown.note !== undefined) terminal.say(`Note: ${shown.note}.\n`);
  const thoughts: Thought[] = [];
  for await (const thought of solver.stream(shown.tokens, options)) {
    const changed = countChanges(thought.answer, thoughts.at(-1)?.answer);
    terminal.say(
      `segment ${thought.segment}: ${thought.segment === 1 ? 'first answer' : `${counted(changed, 'cell')} changed`}`,
    );
    thoughts.push(thought);
  }
  const solved = judgeThoughts(shown, thoughts);
  const { tokens, answer, valid, segments, settledAfter, haltedAfter } = solved;
  terminal.show(`\n${shown.draw(tokens)}\n`);
  terminal.say(
    `${outcomeOf(solved)}. Segments run: ${segments}; the answer stood after ${settledAfter}` +
      `${haltedAfter === undefined ? '' : `, the model would have stopped after ${haltedAfter}`}.`,
  );
  terminal.result({ answer, valid, segments, settledAfter, haltedAfter, count: 1, solved: Number(valid === true) });
}

/** Solves puzzles in batches, an answer a line. Those that nobody can solve are not tried. */
async function solveAll(
  solver: Solver,
  puzzles: readonly PuzzleInText[],
  options: SolveOptions,
  terminal: Terminal,
): Promise<void> {
  const started = performance.now();
  const counts = { count: puzzles.length, solved: 0, impossible: 0, unverified: 0, segments: 0 };
  const tried = puzzles.filter(({ shown }) => shown.flaw === undefined).map(({ shown }) => shown.tokens);
  const solutions = solver.solveAll(tried, { ...options, batchSize: Math.min(BATCH_SIZE, Math.max(1, tried.length)) });
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
    const { thoughts } = (await solutions.next()).value as Solution;
    const { answer, valid, reason, segments, settledAfter, haltedAfter } = judgeThoughts(shown, thoughts);
    counts.segments += segments;
    if (valid) counts.solved++;
    if (valid === null) counts.unverified++;
    const outcome = valid === null ? 'not verified' : valid ? 'solved' : `not solved: ${reason}`;
    terminal.answer(`${answer}\t${outcome}${shown.note === undefined ? '' : ` (${shown.note})`}`, {
      line, puzzle, answer, valid, segments, settledAfter, haltedAfter, ...(shown.note !== undefined && { note: shown.note }),
    }); // prettier-ignore
  }
  const seconds = (performance.now() - started) / 1000;
  const { count, solved, impossible, unverified } = counts;
  const told = [
    ...(unverified < count ? [`solved ${solved}`] : []),
    ...(impossible > 0 ? [`${impossible} cannot be solved`] : []),
    ...(unverified > 0 ? [`${unverified} nobody can verify`] : []),
  ];
  terminal.say(`Of ${counted(count, 'puzzle')}: ${told.join(', ')}, in ${seconds.toFixed(1)} s.`);
  terminal.result({ ...counts, seconds });
  if (impossible > 0) process.exitCode = BAD_PUZZLE;
}

/** `hrm solve --run RUN PUZZLE`. */
async function solve(options: Options): Promise<void> {
  const color = new Terminal(options.json).hasColors;
  const puzzles = await readPuzzles(options, readRunDescription(options.run).config.task, color);
  if ('one' in puzzles && puzzles.one.flaw !== undefined) {
    throw new UsageError(`PUZZLE cannot be solved: ${puzzles.one.flaw}`);
  }
  const terminal = new Terminal(options.json, 'many' in puzzles);
  const { compile } = await startEngine(terminal, { ...options, compile: 'eager' });
  const { model } = await loadRun(options.run, options.checkpoint, terminal, options);
  const solver = new Solver(model, { compile });
  const how = { until: options.until };
  await ('one' in puzzles
    ? solveOne(solver, puzzles.one, how, terminal)
    : solveAll(solver, puzzles.many, how, terminal));
  solver.dispose();
  model.dispose();
}

export const solveCommand = defineCommand({
  name: 'solve',
  summary: 'Solve a puzzle, given here, or those on stdin or in a file',
  options: solveOptions,
  examples: [
    'hrm solve --run runs/first "1... ..3. .4.. ...2"',
    'hrm solve --run runs/first --file puzzles.txt --json',
  ],
  notes: `Several puzzles give an answer a line: the answer, a tab, and whether it is right. With --json each is an
object on a line of its own, and the last object counts them: "count", "solved". "valid" is null where nobody can
tell. The exit status is 0 also where the model does not find the answer; it is 2 where a puzzle cannot be read,
or cannot be solved by anyone.`,
  run: solve,
});
