import { parseSudoku } from '@hrm/data-sudoku-maze';
import { expect, test } from 'vitest';
import { conflictingCells, findAmbiguity, findContradiction } from '../src/puzzles/cells';
import { samples } from '../src/puzzles/samples';

test.each(samples)('the sample $name has one answer', ({ text, size }) => {
  const question = parseSudoku(text);
  expect(question.length).toBe(size * size);
  expect([findContradiction(question), findAmbiguity(question)]).toEqual([undefined, undefined]);
});

test('a broken puzzle is told, with its cells', () => {
  const broken = parseSudoku('1..1............');
  expect(findContradiction(broken)).toEqual({
    message: '1 occurs twice in row 1: in row 1, column 1 and in row 1, column 4.',
    cells: new Set([0, 3]),
  });
  expect(conflictingCells(broken)).toEqual(new Set([0, 3]));
  expect(findContradiction(new Uint8Array(16))?.message).toContain('empty');
  expect(findAmbiguity(parseSudoku('1...............'))?.message).toContain('several solutions');
});
