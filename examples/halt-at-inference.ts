// Halting at inference, which the official code does not have: a puzzle leaves the batch when its controller halts it,
// and the batch shrinks. The trained model of browser-inference, with three controllers.
import { readFileSync } from 'node:fs';
import { evaluationBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { namedParameters } from '@hrm/layers';
import { parseSafetensors } from '@hrm/files';
import { buildModel, setParameterValues, type ModelConfig, type PartConfig } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { evaluate } from '@hrm/trainer';

console.log((await selectBackend()).why);
const { tensors, metadata } = parseSafetensors(readFileSync('examples/browser-inference/solver-4x4.safetensors'));
const config = JSON.parse(metadata.get('config')!) as ModelConfig;
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 256, givens: [4, 7], seed: 2 }));
const batches = [...evaluationBatches(puzzles, { batchSize: 256 })];

async function answer(title: string, halting: PartConfig) {
  const model = buildModel({ ...config, halting });
  const known = namedParameters(model); // skips the head in the file if this controller has none
  setParameterValues(model, new Map([...tensors].filter(([name]) => known.has(name))));
  const { halted } = await evaluate(model, batches, { until: 'halted' });
  console.log(
    `\n${title}: ${(100 * halted.exactAccuracy).toFixed(1)}% right, ${halted.meanSegments.toFixed(2)} segments`,
  );
  halted.haltingSteps.forEach((count, i) => {
    if (count > 0) console.log(`  segment ${i + 1} ${'#'.repeat(Math.ceil(count / 8))} ${count}`);
  });
  model.dispose();
  return halted;
}

const all = await answer('All segments', { type: 'fixed-steps', segments: 8 });
await answer('Until its head predicts a right answer, as in training', config.halting);
const rest = await answer('Until zH stops changing', { type: 'residual', tolerance: 0.1, maxSegments: 8 });
if (!(rest.meanSegments < all.meanSegments / 2)) throw new Error('it should use less than half of the segments');
if (!(rest.exactAccuracy > all.exactAccuracy - 0.05)) throw new Error('it should lose hardly any accuracy');
