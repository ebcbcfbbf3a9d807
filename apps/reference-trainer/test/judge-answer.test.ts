import { gridTask, tokensTask, type Task } from '@hrm/data';
import type { SegmentResult } from '@hrm/models';
import { expect, it } from 'vitest';
import { countChanges, judgeAnswer } from '../src/solve/judge-answer';
import { showPuzzle } from '../src/solve/show-puzzle';

/** Judges the answers of some segments, and counts the cells that each has changed. */
function judge(task: Task, puzzle: string, answers: readonly number[][]) {
  const shown = showPuzzle(task, puzzle);
  const tokens = answers.map((answer) => Int32Array.from(answer));
  const history = tokens.map((answer, index) => ({ answer, segment: index + 1, halted: false }));
  const changes = tokens.map((answer, index) => countChanges(shown, answer, tokens[index - 1]));
  return { changes, ...judgeAnswer(shown, history as unknown as SegmentResult[]) };
}

it('counts changed cells, not what a model predicts for padding', () => {
  const task = gridTask({ width: 3, height: 2, colors: 4 });
  // Token 1 ends rows and columns, and color c is token c + 2: the grid [[3, 0]], and other tokens after it.
  const { changes, settledAfter, answer } = judge(task, '[[1, 1]]', [
    [2, 2, 1, 1, 1, 0],
    [5, 2, 1, 1, 1, 0],
    [5, 2, 1, 1, 1, 4],
    [5, 2, 1, 1, 1, 2],
  ]);
  expect(answer).toBe('[[3,0]]');
  expect(changes).toEqual([6, 1, 0, 0]);
  expect(settledAfter).toBe(2);
});

it('counts the tokens of a prediction that has no text of a question', () => {
  const task = tokensTask({ seqLen: 3, alphabet: 'ab' });
  const { changes, settledAfter } = judge(task, 'ab', [
    [1, 2, 0],
    [0, 2, 0],
    [0, 2, 1],
    [0, 2, 1],
  ]);
  expect(changes).toEqual([3, 1, 1, 0]);
  expect(settledAfter).toBe(3);
});
