// Loads a trained model from one file, solves a puzzle, and saves the model again. `hrm export --run RUN --out
// model.safetensors` writes such a file from a run of `hrm train`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import { drawSudoku, generateSudokuPuzzles, verifySudoku } from '@hrm/data-sudoku-maze';
import { loadModel, saveModel } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';

console.log((await selectBackend()).why);
const model = loadModel(readFileSync('examples/browser-inference/solver-4x4.safetensors'));
console.log(model.config);

const [puzzle] = generateSudokuPuzzles({ size: 4, count: 1, givens: [6, 7], seed: 5 });
const { answer, segments } = await model.solve(tokensFromCells(puzzle!.question), { until: 'end' });
const cells = cellsFromTokens(answer);
console.log(`${drawSudoku(puzzle!.question)}\n\n${segments} segments later\n\n${drawSudoku(cells)}`);
if (!verifySudoku(puzzle!.question, cells).valid) throw new Error('the model should solve this puzzle');

// The saved copy gives the same answer, to the last bit.
const folder = mkdtempSync(join(tmpdir(), 'hrm-model-'));
const file = join(folder, 'copy.safetensors');
writeFileSync(file, await saveModel(model));
const copy = loadModel(readFileSync(file), { path: file });
const again = await copy.solve(tokensFromCells(puzzle!.question), { until: 'end' });
if (again.answer.join() !== answer.join()) throw new Error('the copy should give the same answer');
rmSync(folder, { recursive: true });
