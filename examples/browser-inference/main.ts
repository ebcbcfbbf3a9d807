// Solves 4x4 Sudoku with a trained model, segment by segment, all in this page.
import { cellsFromTokens, SeededRandom } from '@hrm/data';
import { generateSudoku, sudokuSvg } from '@hrm/data-sudoku-maze';
import { tokensFromCells } from '@hrm/data';
import { verifySudoku } from '@hrm/data-sudoku-maze';
import { loadModel, Solver } from '@hrm/models';
import weights from './solver-4x4.safetensors?url';
import '@tensorflow/tfjs-backend-cpu';

const [board, thoughts, status, next, solve] = ['board', 'thoughts', 'status', 'next', 'solve'].map((id) =>
  document.getElementById(id)!,
) as [HTMLElement, HTMLElement, HTMLElement, HTMLButtonElement, HTMLButtonElement];

const solver = new Solver(loadModel(new Uint8Array(await (await fetch(weights)).arrayBuffer())));

const random = new SeededRandom(Number(new URLSearchParams(location.search).get('seed') ?? 1));
let question: Uint8Array;

function showPuzzle(): void {
  ({ question } = generateSudoku(random, { size: 4, givens: [4, 5] }));
  board.innerHTML = sudokuSvg(question, { cellSize: 84 });
  board.dataset.question = question.join('');
  thoughts.replaceChildren();
  status.textContent = `${question.filter((digit) => digit > 0).length} digits are given.`;
}

function showThought(segment: number, prediction: ArrayLike<number>, changed: number): void {
  board.innerHTML = sudokuSvg(question, { prediction, cellSize: 84 });
  board.dataset.answer = Array.from(prediction).join('');
  const figure = document.createElement('figure');
  const caption = `Segment ${segment}: ${changed > 0 ? `${changed} cells change` : 'nothing changes'}`;
  figure.innerHTML = `${sudokuSvg(question, { prediction, cellSize: 22 })}<figcaption>${caption}</figcaption>`;
  thoughts.append(figure);
}

async function think(): Promise<void> {
  next.disabled = solve.disabled = true;
  thoughts.replaceChildren();
  let before: ArrayLike<number> = question;
  for await (const { segment, answer } of solver.stream(tokensFromCells(question))) {
    const cells = cellsFromTokens(answer);
    const changed = cells.filter((digit, i) => digit !== before[i]).length;
    showThought(segment, cells, changed);
    before = cells;
    await new Promise((resolve) => setTimeout(resolve, 400)); // for the reader, not for the model
    if (changed === 0) break;
  }
  const { valid, reason } = verifySudoku(question, before);
  status.textContent = valid ? `Solved in ${thoughts.children.length} segments.` : `Not solved: ${reason}.`;
  next.disabled = solve.disabled = false;
}

next.onclick = showPuzzle;
solve.onclick = () => void think();
showPuzzle();
