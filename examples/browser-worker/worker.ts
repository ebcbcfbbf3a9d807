// The model in a worker. Apart from the messages, this program is the same in Node.
import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import { loadModel, Solver } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import weights from '../browser-inference/solver-4x4.safetensors?url';

/** A message to the page: first the backend, then the answer after each segment. */
export type WorkerMessage = { why: string; hint?: string } | { segment: number; cells: Uint8Array };
const send = (message: WorkerMessage) => postMessage(message);

addEventListener('message', async ({ data: question }: MessageEvent<Uint8Array>) => {
  const { why, hint } = await selectBackend();
  send({ why, ...(hint && { hint }) });
  const solver = new Solver(loadModel(new Uint8Array(await (await fetch(weights)).arrayBuffer())));
  for await (const { segment, answer } of solver.stream(tokensFromCells(question))) {
    send({ segment, cells: cellsFromTokens(answer) });
  }
});
