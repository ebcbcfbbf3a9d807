// The model. It computes in a worker, so that the page stays responsive. It takes a puzzle as tokens, and answers with a
// message for each segment, until the answer is right.
import { loadModel, Solver } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { weights } from '@hrm/weights';
import { task } from './puzzle.ts';

/** A message to the page: first what computes, then the answer after each segment. */
export type WorkerMessage = { ready: string } | { segment: number; answer: Int32Array };
const send = (message: WorkerMessage) => postMessage(message);

/** The model that `npm run train` has written, if it is there. Else the one that comes with @hrm/weights. */
const [trained] = Object.values(
  import.meta.glob<string>('./model.safetensors', { query: '?url', import: 'default', eager: true }),
);
const fetchTrained = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

const { why } = await selectBackend();
const model = loadModel(trained === undefined ? await weights('sudoku-4x4') : await fetchTrained(trained));
const solver = new Solver(model);
addEventListener('message', async ({ data: question }: MessageEvent<number[]>) => {
  for await (const { segment, answer } of solver.stream(question)) {
    send({ segment, answer: Int32Array.from(answer) });
    if (task.verify!(question, answer).valid) break;
  }
});
send({ ready: `${trained === undefined ? 'The shipped model' : 'Your model'} on ${why}` });
