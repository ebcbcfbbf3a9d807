import { scoreAnswers } from '@hrm/act';
import { describe, expect, it } from 'vitest';

describe('scoreAnswers', () => {
  it('counts labelled tokens of puzzles with labels, as evaluation does', () => {
    const solutions = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ].map((answer, i) => ({
      answer: Int32Array.from(answer),
      segments: [1, 2, 4, 16][i]!,
    }));
    const labels = Int32Array.of(1, 2, -100, 4, 5, 0, -100, -1);
    expect(scoreAnswers(solutions, labels)).toEqual({
      count: 3,
      exactAccuracy: 2 / 3,
      accuracy: 2.5 / 3,
      meanSegments: 7 / 3,
    });
  });

  it('is 0 for padding, and refuses the wrong number of labels', () => {
    const solutions = [{ answer: Int32Array.of(1, 2), segments: 1 }];
    expect(scoreAnswers(solutions, Int32Array.of(-100, -100))).toEqual({
      count: 0,
      exactAccuracy: 0,
      accuracy: 0,
      meanSegments: 0,
    });
    expect(() => scoreAnswers(solutions, Int32Array.of(1))).toThrow('got 1 labels for 2 tokens of answers');
  });
});
