import { cellsFromTokens, trainingBatches, type TrainingBatchesCursor } from '@hrm/data';
import { describe, expect, it } from 'vitest';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMazePuzzles,
  generateSudokuPuzzles,
  mazeAugmentation,
  sudokuAugmentation,
  verifySudoku,
} from '../src/index';
import { take } from '../../data/test/take';

describe('training batches with our augmentations', () => {
  it('continue exactly from a cursor, because they keep no state between examples', () => {
    const sudokus = buildSudokuDataset(generateSudokuPuzzles({ size: 9, count: 10 }));
    const mazes = buildMazeDataset(generateMazePuzzles({ width: 6, count: 10 }));
    for (const [dataset, makeAugment] of [
      [sudokus, () => sudokuAugmentation(9)],
      [mazes, () => mazeAugmentation(6, 6)],
    ] as const) {
      const stream = (cursor?: TrainingBatchesCursor) =>
        trainingBatches(dataset, { batchSize: 4, seed: 0, augment: makeAugment(), cursor });
      const batches = take(stream(), 20);
      for (const at of [0, 7, 15]) expect(take(stream(batches[at]!.cursor), 4)).toEqual(batches.slice(at + 1, at + 5));
    }
  });

  it('are valid puzzles, and do not change the data set', () => {
    const dataset = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 8 }));
    const keys = new Set<string>();
    for (const batch of trainingBatches(dataset, { batchSize: 8, epochs: 20, augment: sudokuAugmentation(4) })) {
      for (let at = 0; at < 128; at += 16) {
        const question = cellsFromTokens(batch.inputs.subarray(at, at + 16));
        expect(verifySudoku(question, cellsFromTokens(batch.labels.subarray(at, at + 16))).valid).toBe(true);
        keys.add(question.join());
      }
    }
    expect(keys.size).toBeGreaterThan(120);
    expect(dataset.sets['all']!.inputs).toEqual(
      buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 8 })).sets['all']!.inputs,
    );
  });
});
