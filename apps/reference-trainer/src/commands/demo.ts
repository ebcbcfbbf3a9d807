import { join } from 'node:path';
import { Solver } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { integer, text } from '../command-line/options';
import { loadRunConfig } from '../config/load-run-config';
import { beginRun } from '../run/training/begin-run';
import { loadRun } from '../run/folder/load-run';
import { commandsAfterDemo } from '../run/next-commands';
import { pickDemoPuzzle } from '../solve/pick-demo-puzzle';
import { readSplit } from '../run/puzzles/run-puzzles';
import { exitStatusOf } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import { backendOptions } from '../command-line/shared-options';
import { showQuestion } from '../solve/show-puzzle';
import { describeSeconds } from '../terminal/describe-seconds';
import { continueWithoutReaders } from '../process/lost-readers';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm demo`. */
const demoOptions = z.strictObject({
  ...backendOptions,
  out: text('Folder of the run', { value: 'folder' }).default(join('runs', 'sudoku-4x4-demo')),
  seed: integer('Seed of the weights, the order of puzzles and exploration').optional(),
});

/** Shows how the model solves a held-out puzzle, segment by segment. */
async function showSolving(run: string, terminal: Terminal): Promise<void> {
  const { model, task, data } = await loadRun(run, 'newest', terminal);
  const puzzle = await pickDemoPuzzle(model, await readSplit(data ?? '', 'test'));
  const shown = showQuestion(task, puzzle, { color: terminal.hasColors });
  terminal.show(`\nA puzzle that is not in the training set, not even up to symmetry:\n\n${shown.draw()}`);
  let answer: Int32Array = puzzle;
  let halted: { after: number; answer: Int32Array } | undefined;
  for await (const result of new Solver(model).stream(shown.tokens)) {
    const { segment, haltLogits } = result;
    const changed = result.answer.filter((token, i) => token !== answer[i]).length;
    ({ answer } = result);
    if (result.halted) halted ??= { after: segment, answer };
    const { halt = 0, continue: continueValue = 0 } = haltLogits;
    const change =
      segment === 1 ? 'first answer' : changed === 0 ? 'nothing changed' : `${counted(changed, 'cell')} changed`;
    terminal.say(
      `\nSegment ${segment}: ${change} (halt value ${halt.toFixed(1)}, continue value ${continueValue.toFixed(1)})`,
    );
    if (changed > 0) terminal.show(shown.draw(answer));
  }
  const verdict = shown.verify(answer);
  const tooSoon =
    halted && verdict?.valid && !shown.verify(halted.answer)?.valid ? ', which is too early for this puzzle' : '';
  const wouldStop = halted ? ` By itself, the model would have stopped after segment ${halted.after}${tooSoon}.` : '';
  terminal.say(`\n${verdict?.valid ? 'Solved.' : `Not solved: ${verdict?.reason}.`}${wouldStop}`);
  model.dispose();
}

/** Runs `hrm demo`: trains on 4x4 Sudoku, then shows how a puzzle is solved. */
async function demo(options: z.infer<typeof demoOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out, seed } = options;
  const preset = loadRunConfig('sudoku-4x4-demo');
  if (seed !== undefined) preset.training.seed = seed;
  // Each demo starts anew: it replaces the run of an earlier demo, and nothing else.
  const { result, config, data } = await beginRun(preset, { ...options, allowImports: false, isDemo: true }, terminal);
  if (result.stoppedBy) {
    process.exitCode = exitStatusOf(result.stoppedBy);
    return;
  }
  const { evaluation, steps, seconds, reachedGoal } = result;
  terminal.say(
    `${(100 * (evaluation?.exactAccuracy ?? 0)).toFixed(1)}% of ${evaluation?.count} held-out puzzles are solved exactly, ` +
      `after ${steps} steps in ${describeSeconds(seconds)}.`,
  );
  if (evaluation) {
    const { exactAccuracy, meanSegments } = evaluation.halted;
    terminal.say(
      `If each puzzle stops when the model halts it, ${(100 * exactAccuracy).toFixed(1)}% are, ` +
        `with ${meanSegments.toFixed(1)} segments per puzzle instead of ${evaluation.meanSegments.toFixed(0)}.`,
    );
  }
  await showSolving(out, terminal);
  terminal.say(`
The run is in ${out}: config.json, metrics.jsonl, checkpoints/ (safetensors). Its puzzles are in ${data}.

Try next:
  ${commandsAfterDemo(out).join('\n  ')}`);
  terminal.result({
    run: out,
    steps,
    seconds,
    reachedGoal,
    exactAccuracy: evaluation?.exactAccuracy,
    halted: evaluation && {
      exactAccuracy: evaluation.halted.exactAccuracy,
      meanSegments: evaluation.halted.meanSegments,
    },
    goal: config.training.stopAtExactAccuracy,
  });
  if (!reachedGoal) process.exitCode = 1;
}

export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'Train on 4x4 Sudoku for about a minute, and show how a puzzle is solved',
  options: demoOptions,
  examples: ['hrm demo'],
  run: (options) => continueWithoutReaders(() => demo(options)),
});
