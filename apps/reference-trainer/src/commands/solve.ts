import { thinkAloud } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, choice, text } from '../command-line/options';
import { loadRun } from '../run/load-run';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { importsOption } from '../terminal/imports-option';
import { readStdin } from '../terminal/read-stdin';
import { showPuzzle } from '../terminal/show-puzzle';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm solve`. */
const solveOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  puzzle: argument('The puzzle; read from stdin if not given').optional(),
  run: text('Folder of the run', { value: 'folder', expected: 'the folder of a run' }),
  checkpoint: choice('newest or best', ['newest', 'best'], 'which').default('newest'),
  until: choice('end: run all segments; halted: stop when the model would', ['halted', 'end'], 'when').default('end'),
});

/** A puzzle longer than this is none. */
const MAX_PUZZLE_BYTES = 1 << 20;

async function puzzleText(argument: string | undefined): Promise<string> {
  const isPiped = argument === undefined || argument === '-';
  const text = isPiped ? await readStdin('PUZZLE', MAX_PUZZLE_BYTES) : argument;
  if (text.length > MAX_PUZZLE_BYTES) throw new UsageError('PUZZLE: longer than 1 MiB, too long for a puzzle');
  if (text.trim() === '') throw new UsageError('PUZZLE: there is none; give it on the command line or on stdin');
  return text.replace(/\r?\n$/, '');
}

/** `hrm solve --run RUN PUZZLE`. */
async function solve({ puzzle, ...options }: z.infer<typeof solveOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const engine = await startEngine(terminal, { ...options, compile: 'eager' });
  const { model, config } = await loadRun(options.run, options.checkpoint, terminal, options);
  const shown = showPuzzle(config.task, await puzzleText(puzzle), { color: terminal.hasColors });
  terminal.say(`\n${shown.draw()}\n`);

  let answer = new Int32Array(0);
  let segments = 0;
  let haltedAfter: number | undefined;
  let settledAfter = 0;
  for await (const thought of thinkAloud(model, shown.tokens, { until: options.until, compile: engine.compile })) {
    const changed = thought.answer.filter((token, i) => token !== answer[i]).length;
    if (changed > 0) settledAfter = thought.segment;
    if (thought.halted) haltedAfter ??= thought.segment;
    answer = Int32Array.from(thought.answer);
    segments = thought.segment;
    terminal.say(`segment ${thought.segment}: ${thought.segment === 1 ? 'first answer' : `${changed} cells changed`}`);
  }
  const verdict = shown.verify(answer);
  terminal.say(`\n${shown.draw(answer)}\n`);
  terminal.say(
    `${verdict.valid ? 'Solved' : `Not solved: ${verdict.reason ?? 'the answer is not valid'}`}. ` +
      `Segments run: ${segments}; the answer stood after ${settledAfter}` +
      `${haltedAfter === undefined ? '' : `, the model would have stopped after ${haltedAfter}`}.`,
  );
  terminal.result({ answer: shown.format(answer), valid: verdict.valid, segments, settledAfter, haltedAfter });
  model.dispose();
}

export const solveCommand = defineCommand({
  name: 'solve',
  summary: 'Solve a puzzle, given here or on stdin',
  options: solveOptions,
  examples: ['hrm solve --run runs/first "1... ..3. .4.. ...2"'],
  run: solve,
});
