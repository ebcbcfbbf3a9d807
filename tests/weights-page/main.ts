import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { sudokuTask } from '@hrm/data-sudoku-maze';
import { loadModel } from '@hrm/models';
import { useFasterWasmKernels } from '@hrm/runtime/faster-wasm-kernels';
import { weights } from '@hrm/weights';

setWasmPaths({
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm.wasm': plain,
});
await tf.setBackend('wasm');
useFasterWasmKernels();

/** One pass over each puzzle of 9x9 in the address, until its answer keeps the rules. */
const task = sudokuTask({ size: 9 });
const model = loadModel(await weights('sudoku-9x9'));
const solved: { valid: boolean; segments: number; seconds: number }[] = [];
for (const line of location.search.slice(1).split(',')) {
  const puzzle = task.encode(line);
  const isRight = (answer: ArrayLike<number>) => task.verify!(puzzle, answer).valid;
  const started = performance.now();
  const { answer, segments } = await model.solve(puzzle, { until: ({ answer }) => isRight(answer) });
  solved.push({ valid: isRight(answer), segments, seconds: (performance.now() - started) / 1000 });
}
document.title = JSON.stringify(solved);
