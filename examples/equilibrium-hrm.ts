// HRM as a deep equilibrium: a segment searches for the latents that refinement no longer changes. The model trains
// with a fixed number of sweeps. Then each puzzle takes as many as it needs.
import { puzzleTensors, runSegment, admitPuzzles, initialCarry } from '@hrm/act';
import { evaluationBatches, trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { mixerBlock } from '@hrm/layers';
import { hrm, parameterValues, setParameterValues } from '@hrm/models';
import { equilibrium, type FixedPointReport, type RecursionSchedule } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';

console.log((await selectBackend()).why);
const reasoner = (schedule: RecursionSchedule) =>
  hrm({
    vocabSize: 6,
    seqLen: 16,
    hiddenSize: 32,
    hLayers: 1,
    lLayers: 1,
    positions: 'none',
    block: mixerBlock(),
    schedule,
  });

const learner = reasoner(equilibrium({ iterations: 3, gradient: 'one-step' }));
const trainer = new Trainer(learner, { optimizer: adamAtan2({ learningRate: 2e-3, weightDecay: 0.1 }) });
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 500, givens: [8, 10] }));
const batches = trainingBatches(puzzles, { batchSize: 16, augment: sudokuAugmentation(4) });

const convergedCounts: number[] = [];
for (const maxSteps of [0, 80]) {
  for await (const { step, metrics } of trainer.train(batches, { maxSteps })) {
    if (step % 20 === 0) console.log(`step ${step}: loss ${metrics.tokenLoss!.toFixed(3)}`);
  }
  // The same weights with another schedule, which searches until a sweep changes the latents of a puzzle by at most 1%.
  const onSolve = ({ samples }: FixedPointReport) => {
    const done = samples.filter(({ converged }) => converged).map(({ steps }) => steps);
    console.log(
      `after ${maxSteps} steps ${done.length} of ${samples.length} puzzles converge; sweeps: ${done.join(' ')}`,
    );
    convergedCounts.push(done.length);
  };
  const searcher = reasoner(equilibrium({ solver: 'anderson', tolerance: 0.01, maxIterations: 40, onSolve }));
  setParameterValues(searcher, await parameterValues(learner));
  const [batch] = evaluationBatches(puzzles, { batchSize: 32 });
  runSegment(searcher, admitPuzzles(searcher, initialCarry(searcher, 32), puzzleTensors(batch!)));
}
if (!(convergedCounts[1]! > convergedCounts[0]!)) throw new Error('after training more puzzles should converge');
