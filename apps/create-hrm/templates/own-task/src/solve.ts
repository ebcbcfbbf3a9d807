// Solves one question with the trained model: `npm run solve -- abcd`.
import { readFileSync } from 'node:fs';
import { loadModel } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { reversal as task } from './reversal.ts';

await selectBackend();
const model = loadModel(readFileSync('model.safetensors'));
const question = task.encode(process.argv[2] ?? 'abcd');
// One pass, until the answer is right or all segments are over.
const { answer, segments } = await model.solve(question, {
  until: ({ answer }) => task.verify!(question, answer).valid,
});
const { valid, reason } = task.verify!(question, answer);
console.log(task.draw(question, { prediction: answer }));
console.log(valid ? `Right, after ${segments} segments.` : `Not right: ${reason}.`);
