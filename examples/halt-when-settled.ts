// Halting by the answer itself, with the trained model of browser-inference. `unchangedAnswer` halts when the answer
// has not changed for some segments. A controller of your own halts when the answer breaks no rule of Sudoku.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, unchangedAnswer, type HaltingFactory } from '@hrm/act';
import { evaluationBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { namedParameters } from '@hrm/layers';
import { parseSafetensors } from '@hrm/files';
import { buildModel, withParts, setParameterValues, type ModelConfig } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { evaluate } from '@hrm/trainer';

const cells = Array.from({ length: 16 }, (_, cell) => ({ row: cell >> 2, column: cell & 3 }));
const boxOf = ({ row, column }: (typeof cells)[0]) => (row >> 1) * 2 + (column >> 1);
const units = [0, 1, 2, 3].flatMap((n) => [
  cells.map(({ row }) => Number(row === n)),
  cells.map(({ column }) => Number(column === n)),
  cells.map((cell) => Number(boxOf(cell) === n)),
]);

/** Halts when every row, column and box holds each digit once. A cell that holds `v` is token `v + 1`. */
const untilSolved =
  (maxSegments: number): HaltingFactory =>
  () => ({
    name: 'until-solved',
    maxSegments,
    parameters: {},
    decide: ({ answer, steps }) => {
      const digits = tf.slice(tf.oneHot(answer(), 6), [0, 0, 2]); // [batch, 16, 4]
      const inUnits = tf.tile(tf.expandDims(tf.tensor2d(units), 0), [steps.size, 1, 1]); // [batch, 12, 16]
      const counts = tf.matMul(inUnits, tf.cast(digits, 'float32')); // [batch, 12, 4]
      const solved = tf.all(tf.equal(counts, 1), [1, 2]);
      return { halted: tf.logicalOr(solved, tf.greaterEqual(steps, maxSegments)) as tf.Tensor1D };
    },
  });

console.log((await selectBackend()).why);
const { tensors, metadata } = parseSafetensors(readFileSync('examples/browser-inference/solver-4x4.safetensors'));
const config = JSON.parse(metadata.get('config')!) as ModelConfig;
const puzzles = generateSudokuPuzzles({ size: 4, count: 256, givens: [4, 7], seed: 2 });
const batches = [...evaluationBatches(buildSudokuDataset(puzzles), { batchSize: 256 })];

async function answer(title: string, chosen: HaltingFactory) {
  const parts = withParts({ halting: { chosen: () => chosen } });
  const model = buildModel({ ...config, halting: { type: 'chosen' } }, { parts });
  const known = namedParameters(model); // skips the head in the file: these controllers have none
  setParameterValues(model, new Map([...tensors].filter(([name]) => known.has(name))));
  const score = await evaluate(model, batches, { until: 'halted' });
  console.log(`${title}: ${(100 * score.exactAccuracy).toFixed(1)}% right, ${score.meanSegments.toFixed(2)} segments`);
  model.dispose();
  return score;
}
const all = await answer('All segments', fixedSteps(8));
const settled = await answer('Until it is unchanged for two', unchangedAnswer({ segments: 2, maxSegments: 8 }));
const solved = await answer('Until it breaks no rule', untilSolved(8));
if (!(settled.exactAccuracy > all.exactAccuracy - 0.02)) throw new Error('they should be nearly as accurate');
if (!(solved.meanSegments < settled.meanSegments)) throw new Error('checking the rules should take fewer segments');
