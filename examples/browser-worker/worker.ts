// The model, on a thread of its own. The program is the one that runs in Node: only the messages are the browser's.
import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import { loadModel, Solver } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import weights from '../browser-inference/solver-4x4.safetensors?url';

/** What the page is told: first the backend, then each segment's answer. */
export type Told = { why: string; hint?: string } | { segment: number; cells: Uint8Array };
const tell = (told: Told) => postMessage(told);

addEventListener('message', async ({ data: question }: MessageEvent<Uint8Array>) => {
  const { why, hint } = await selectBackend();
  tell({ why, ...(hint && { hint }) });
  const solver = new Solver(loadModel(new Uint8Array(await (await fetch(weights)).arrayBuffer())));
  for await (const { segment, answer } of solver.stream(tokensFromCells(question))) {
    tell({ segment, cells: cellsFromTokens(answer) });
  }
});
