import { generateExamples } from '@hrm/data';
import { describeTask } from '@hrm/data/testing';
import { loadModel } from '@hrm/models';
import { weights } from '@hrm/weights';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { difficulty, task } from '../src/puzzle.ts';

// Tests that puzzles survive being written and read, that they fit and are reproducible, and that `verify` accepts their
// answers and refuses empty ones.
describeTask('the task of the page', task, { generate: difficulty });

test('the model of the page solves puzzles', async () => {
  const model = loadModel(await weights('sudoku-4x4'));
  for (const { input } of generateExamples(task, { ...difficulty, count: 3, seed: 7 })) {
    const isRight = (answer: ArrayLike<number>) => task.verify!(input, answer).valid;
    const { answer } = await model.solve(input, { until: ({ answer }) => isRight(answer) });
    expect(isRight(answer), task.decode(input)).toBe(true);
  }
});
