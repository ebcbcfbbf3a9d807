import { weightsCards } from '@hrm/weights';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { jsonOption } from '../command-line/shared-options';
import { percent } from '../terminal/percent';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm models`. */
const modelsOptions = z.strictObject({ json: jsonOption });

/** Runs `hrm models`. */
async function models({ json }: z.infer<typeof modelsOptions>): Promise<void> {
  const terminal = new Terminal(json);
  const cards = Object.entries(weightsCards);
  for (const [name, { solves, parameters, bytes, step, steps, figures }] of cards) {
    terminal.say(`${name}: ${solves}, ${parameters} parameters, ${Math.ceil(bytes / 1000)} kB`);
    if (step !== steps) terminal.say(`  a checkpoint at step ${step} of ${steps}`);
    for (const { puzzles, count, segments, solved, exact } of figures) {
      const share = percent(solved[0]! / count);
      const shares = exact ? `${share} valid, ${percent(exact[0]! / count)} exact` : share;
      terminal.say(`  ${shares} of ${count} puzzles (${puzzles}) in one pass of ${segments} segments`);
    }
  }
  terminal.say('\n`hrm solve PUZZLE` takes the one that fits. A program loads one by loadModel(await weights(NAME)).');
  terminal.result({ models: cards.map(([name, card]) => ({ name, ...card })) });
}

export const modelsCommand = defineCommand({
  name: 'models',
  summary: 'List the shipped models: what they solve, how large they are and how well they do',
  options: modelsOptions,
  examples: ['hrm models', 'hrm models --json'],
  run: models,
});
