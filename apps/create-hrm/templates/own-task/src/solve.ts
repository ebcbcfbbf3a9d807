// Solves one question with the trained model: `npm run solve -- abbcd`.
import { existsSync, readFileSync } from 'node:fs';
import { PuzzleTextError } from '@hrm/data';
import { loadModel } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { reversal as task } from './reversal.ts';

if (!existsSync('model.safetensors')) end('There is no model.safetensors yet. Train a model first: npm run train');
await selectBackend();
const model = loadModel(readFileSync('model.safetensors'));
const question = questionOf(process.argv[2] ?? 'abbcd');
// One pass, until the answer is right or all segments are over.
const { answer, segments } = await model.solve(question, {
  until: ({ answer }) => task.verify!(question, answer).valid,
});
const { valid, reason } = task.verify!(question, answer);
console.log(task.draw(question, { prediction: answer }));
console.log(valid ? `Right, after ${segments} segments.` : `Not right: ${reason}.`);

/** The tokens of a question. One that cannot be read ends the program with a message. */
function questionOf(text: string): ArrayLike<number> {
  try {
    return task.encode(text);
  } catch (error) {
    if (error instanceof PuzzleTextError) end(error.message);
    throw error;
  }
}

/** Ends the program with a message. */
function end(message: string): never {
  console.error(message);
  process.exit(2);
}
