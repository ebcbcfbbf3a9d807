import { join } from 'node:path';
import { Solver } from '@hrm/models';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { integer, text } from '../command-line/options';
import { loadRunConfig } from '../config/load-run-config';
import { beginRun } from '../run/training/begin-run';
import { loadRun } from '../run/folder/load-run';
import { commandsAfterDemo } from '../run/next-commands';
import { pickThoughtfulPuzzle } from '../solve/pick-thoughtful-puzzle';
import { readSplit } from '../run/puzzles/run-puzzles';
import { exitStatusOf } from '../process/stop-signals';
import { counted } from '../terminal/counted';
import { backendOptions } from '../command-line/shared-options';
import { showTokens } from '../solve/show-puzzle';
import { describeSeconds } from '../terminal/describe-seconds';
import { goOnWithoutReaders } from '../process/lost-readers';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm demo`. */
const demoOptions = z.strictObject({
  ...backendOptions,
  out: text('Folder of the run', { value: 'folder' }).default(join('runs', 'sudoku-4x4-demo')),
  seed: integer('Seed of weights, puzzles drawn and exploration').optional(),
});

/** Shows a model solve a held-out puzzle, segment by segment. */
async function showSolving(run: string, terminal: Terminal): Promise<void> {
  const { model, config, data } = await loadRun(run, 'newest', terminal);
  const puzzle = await pickThoughtfulPuzzle(model, await readSplit(data ?? '', 'test'));
  const shown = showTokens(config.task, puzzle, { color: terminal.hasColors });
  terminal.show(`\nA puzzle it has never seen, nor an equal of it by symmetry:\n\n${shown.draw()}`);
  let answer: Int32Array = puzzle;
  let halted: { after: number; answer: Int32Array } | undefined;
  for await (const thought of new Solver(model).stream(shown.tokens)) {
    const { segment, haltLogits } = thought;
    const changed = thought.answer.filter((token, i) => token !== answer[i]).length;
    ({ answer } = thought);
    if (thought.halted) halted ??= { after: segment, answer };
    const { halt = 0, continue: goOn = 0 } = haltLogits;
    const cells =
      segment === 1 ? 'first answer' : changed === 0 ? 'nothing changed' : `${counted(changed, 'cell')} changed`;
    terminal.say(
      `\nSegment ${segment}: ${cells} (value of halting ${halt.toFixed(1)}, of going on ${goOn.toFixed(1)})`,
    );
    if (changed > 0) terminal.show(shown.draw(answer));
  }
  const verdict = shown.verify(answer);
  const tooSoon =
    halted && verdict?.valid && !shown.verify(halted.answer)?.valid ? ', one of the few where that is too soon' : '';
  const wouldStop = halted ? ` Left to itself, the model stops after segment ${halted.after}${tooSoon}.` : '';
  terminal.say(`\n${verdict?.valid ? 'Solved.' : `Not solved: ${verdict?.reason}.`}${wouldStop}`);
  model.dispose();
}

/** `hrm demo`, the main job: learns 4x4 Sudoku, and solves one before the user's eyes. */
async function demo(options: z.infer<typeof demoOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { out, seed } = options;
  const asked = loadRunConfig('sudoku-4x4-demo');
  if (seed !== undefined) asked.training.seed = seed;
  // It starts from nothing each time; what an earlier demo made, and nothing else, makes way.
  const { result, config, data } = await beginRun(asked, { ...options, allowImports: false, isDemo: true }, terminal);
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
      `Where each stops when the model would, it is ${(100 * exactAccuracy).toFixed(1)}%, ` +
        `in ${meanSegments.toFixed(1)} segments a puzzle in place of ${evaluation.meanSegments.toFixed(0)}.`,
    );
  }
  await showSolving(out, terminal);
  terminal.say(`
The run lies in ${out}: config.json, metrics.jsonl, checkpoints/ (safetensors); its puzzles in ${data}.

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
  summary: 'Learn 4x4 Sudoku, and solve one before your eyes: the main job',
  options: demoOptions,
  examples: ['hrm demo'],
  run: (options) => goOnWithoutReaders(() => demo(options)),
});
