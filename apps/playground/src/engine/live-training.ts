import { evaluationBatches, trainingBatches } from '@hrm/data';
import {
  buildSudokuDataset,
  generateSudokuPuzzles,
  sudokuAugmentation,
  type SudokuPuzzle,
} from '@hrm/data-sudoku-maze';
import { buildModel, saveModel, type ModelConfig, type RecursiveReasoner } from '@hrm/models';
import { evaluate, muon, Trainer, warmupCosine } from '@hrm/trainer';
import { sudokuOf } from '../puzzles/puzzle';
import { think } from './think';

/** Steps of a whole training. */
const TRAINING_STEPS = 200;
/** Milliseconds between two puzzles that it solves, and between two exams. */
const EVERY = { puzzle: 1000, exam: 2500 };

/** As the preset `sudoku-4x4-candidates` of `hrm`: a position for each cell and digit. */
const config: ModelConfig = {
  family: 'trm',
  vocabSize: 6,
  seqLen: 16,
  hiddenSize: 32,
  lLayers: 1,
  block: {
    type: 'pooling',
    axes: [2, 2, 2, 2, 4],
    pools: [[4], [2, 3], [0, 1], [1, 3]],
    messageSize: 16,
    innerSize: 32,
  },
  schedule: { type: 'full-recursion', hCycles: 1, lCycles: 3 },
  halting: { type: 'halt-only', maxSegments: 8, reads: 'mean' },
  positions: 'none',
  candidates: { first: 2, count: 4 },
};

/** A step, and what else happened at it. */
export interface TrainingProgress {
  step: number;
  loss: number;
  seconds: number;
  /** The share of held-out puzzles solved, if it was just measured. */
  heldOut?: number;
  /** A held-out puzzle and the model's confidence in each digit, if it was just tried. */
  tried?: { question: Uint8Array; answer: Uint8Array; confidence: Float32Array };
}

/**
 * Trains a small model on Sudoku of 4x4, from nothing, to the end or until the signal.
 *
 * @returns the file of the trained model, with the weights averaged over the last steps.
 */
export async function trainLive(
  seed: number,
  signal: AbortSignal,
  onProgress: (progress: TrainingProgress) => void,
): Promise<Uint8Array> {
  const puzzles = { size: 4, givens: [4, 10], excludeEquals: false } as const;
  const learned = generateSudokuPuzzles({ ...puzzles, count: 1000, seed });
  const heldOut = generateSudokuPuzzles({ ...puzzles, count: 100, seed: seed + 1, exclude: learned });
  const exam = buildSudokuDataset(heldOut);
  const model = buildModel(config, { seed });
  const schedule = { learningRate: 3e-3, warmupSteps: 20, totalSteps: TRAINING_STEPS, minRatio: 0.1 };
  const optimizer = muon({ learningRate: warmupCosine(schedule), weightDecay: 0.1 });
  const trainer = new Trainer(model, { optimizer, emaDecay: 0.98, seed });
  const batches = trainingBatches(buildSudokuDataset(learned), { batchSize: 64, augment: sudokuAugmentation(4), seed });
  const begun = performance.now();
  const last = { puzzle: -Infinity, exam: -Infinity };
  let tried = 0;
  try {
    for await (const { step, metrics } of trainer.train(batches, { maxSteps: TRAINING_STEPS })) {
      const progress: TrainingProgress = {
        step,
        loss: metrics.tokenLoss!,
        seconds: (performance.now() - begun) / 1000,
      };
      const isDue = (what: 'puzzle' | 'exam') =>
        step === TRAINING_STEPS || performance.now() - last[what] >= EVERY[what];
      if (isDue('puzzle')) {
        await trainer.withAveragedWeights(async () => {
          if (isDue('exam')) {
            progress.heldOut = (await evaluate(model, evaluationBatches(exam, { batchSize: 100 }))).exactAccuracy;
            last.exam = performance.now();
          }
          progress.tried = await tryPuzzle(model, heldOut[tried++ % heldOut.length]!);
          last.puzzle = performance.now();
        });
      }
      onProgress(progress);
      // Lets the worker read its messages, such as one to stop.
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) break;
    }
    return await trainer.withAveragedWeights(() => saveModel(model));
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** What the model thinks of a puzzle after all its segments. */
async function tryPuzzle(model: RecursiveReasoner, { question, answer }: SudokuPuzzle) {
  let confidence = new Float32Array();
  await think(model, sudokuOf(question), {
    segments: 8,
    onSegment: ([only]) => (confidence = new Float32Array(only![1].thoughts.at(-1)!.confidence)),
  });
  return { question, answer, confidence };
}
