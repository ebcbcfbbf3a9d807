// The page. It shows the worker's messages, and stays responsive while the worker computes.
import { SeededRandom } from '@hrm/data';
import { generateSudoku, sudokuSvg, verifySudoku } from '@hrm/data-sudoku-maze';
import type { WorkerMessage } from './worker';

const [backend, board, status, frames] = ['backend', 'board', 'status', 'frames'].map((id) =>
  document.getElementById(id)!,
) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];

const seed = Number(new URLSearchParams(location.search).get('seed') ?? 1);
const { question } = generateSudoku(new SeededRandom(seed), { size: 4, givens: [4, 5] });
board.innerHTML = sudokuSvg(question, { cellSize: 84 });

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => (status.textContent = `The worker failed: ${message}`);
worker.onmessage = ({ data: message }: MessageEvent<WorkerMessage>) => {
  if ('why' in message) {
    backend.textContent = [message.why, message.hint].filter(Boolean).join('. ');
  } else {
    board.innerHTML = sudokuSvg(question, { prediction: message.cells, cellSize: 84 });
    const { valid } = verifySudoku(question, message.cells);
    status.textContent = `Segment ${message.segment}: ${valid ? 'solved' : 'not yet'}.`;
    if (valid) worker.terminate();
  }
};
worker.postMessage(question);

const draw = () => {
  frames.textContent = String(Number(frames.textContent) + 1);
  requestAnimationFrame(draw);
};
draw();
