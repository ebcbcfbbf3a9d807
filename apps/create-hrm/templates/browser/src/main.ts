// The page: it draws puzzles, sends them to the worker and shows the answer of each segment.
import { cellsFromTokens, generateExamples } from '@hrm/data';
import { difficulty, task } from './puzzle.ts';
import type { WorkerMessage } from './worker.ts';

const [model, board, status] = ['model', 'board', 'status'].map((id) => document.getElementById(id)!) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
];
const [solve, next] = ['solve', 'next'].map((id) => document.getElementById(id)!) as [
  HTMLButtonElement,
  HTMLButtonElement,
];

let seed = 0;
let question: number[] = [];

function draw(prediction: ArrayLike<number> = question): void {
  const digits = cellsFromTokens(prediction);
  const rows = [0, 1, 2, 3].map((row) => {
    const line = document.createElement('tr');
    for (let cell = 4 * row; cell < 4 * row + 4; cell++) {
      const square = line.insertCell();
      square.textContent = digits[cell] ? String(digits[cell]) : '';
      if (prediction[cell] !== question[cell]) square.className = 'predicted';
    }
    return line;
  });
  board.replaceChildren(...rows);
}

function showPuzzle(): void {
  const [example] = generateExamples(task, { ...difficulty, count: 1, seed: seed++ });
  question = Array.from(example!.input);
  status.textContent = '';
  draw();
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => (status.textContent = `The worker failed: ${message}`);
worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
  if ('ready' in data) {
    model.textContent = data.ready;
    solve.disabled = false;
    return;
  }
  draw(data.answer);
  const { valid } = task.verify!(question, data.answer);
  status.textContent = `Segment ${data.segment}: ${valid ? 'solved.' : 'not yet.'}`;
};

solve.onclick = () => worker.postMessage(question);
next.onclick = showPuzzle;
showPuzzle();
