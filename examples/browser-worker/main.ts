// The page: shows what the worker tells, and goes on drawing while the worker computes.
import { SeededRandom } from '@hrm/data';
import { generateSudoku, sudokuSvg, verifySudoku } from '@hrm/data-sudoku-maze';
import type { Told } from './worker';

const [backend, board, status, frames] = ['backend', 'board', 'status', 'frames'].map((id) =>
  document.getElementById(id)!,
) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];

const seed = Number(new URLSearchParams(location.search).get('seed') ?? 1);
const { question } = generateSudoku(new SeededRandom(seed), { size: 4, givens: [4, 5] });
board.innerHTML = sudokuSvg(question, { cellSize: 84 });

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => (status.textContent = `The worker failed: ${message}`);
worker.onmessage = ({ data: told }: MessageEvent<Told>) => {
  if ('why' in told) {
    backend.textContent = [told.why, told.hint].filter(Boolean).join('. ');
  } else {
    board.innerHTML = sudokuSvg(question, { prediction: told.cells, cellSize: 84 });
    const { valid } = verifySudoku(question, told.cells);
    status.textContent = `Segment ${told.segment}: ${valid ? 'solved' : 'not yet'}.`;
    if (valid) worker.terminate();
  }
};
worker.postMessage(question);

const draw = () => {
  frames.textContent = String(Number(frames.textContent) + 1);
  requestAnimationFrame(draw);
};
draw();
