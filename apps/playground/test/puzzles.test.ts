import { parseMaze, parseSudoku } from '@hrm/data-sudoku-maze';
import { expect, test } from 'vitest';
import { boardAfter } from '../src/board/shown-board';
import { findAmbiguity } from '../src/engine/find-ambiguity';
import { generatePuzzle } from '../src/engine/generate-puzzle';
import { difficulties } from '../src/puzzles/difficulty';
import { findFlaw } from '../src/puzzles/flaws';
import { pathLength, strayCells, withCell } from '../src/puzzles/maze-cells';
import { answerOf, conflictingCells, type Puzzle, sudokuOf } from '../src/puzzles/puzzle';
import { readPuzzle } from '../src/puzzles/read-puzzle';
import { samples } from '../src/puzzles/samples';

const mazeOf = (...rows: string[]): Puzzle => ({ kind: 'maze', ...parseMaze(rows.join('\n')) });

test.each(samples)('the sample $name has an answer, and a Sudoku has one', ({ puzzle }) => {
  expect([findFlaw(puzzle), findAmbiguity(puzzle)]).toEqual([undefined, undefined]);
});

test('a broken Sudoku is reported, with its cells', () => {
  const broken = sudokuOf(parseSudoku('1..1............'));
  expect(findFlaw(broken)).toEqual({
    message: '1 occurs twice in row 1: in row 1, column 1 and in row 1, column 4.',
    cells: new Set([0, 3]),
  });
  expect(conflictingCells(broken.cells)).toEqual(new Set([0, 3]));
  expect(findFlaw(sudokuOf(new Uint8Array(16)))?.message).toContain('empty');
  expect(findAmbiguity(sudokuOf(parseSudoku('1...............')))?.message).toContain('several solutions');
});

test('a broken maze is reported, with its cells', () => {
  expect(findFlaw(mazeOf('  #', ' # ', '  G'))?.message).toBe('There is no start: press S on a cell.');
  expect(findFlaw(mazeOf('S #', ' # ', '   '))?.message).toBe('There is no goal: press G on a cell.');
  expect(findFlaw(mazeOf('S #', ' #S', '  G'))).toEqual({
    message: 'A maze has one start; this one has 2: in row 1, column 1 and in row 2, column 3.',
    cells: new Set([0, 5]),
  });
  const walled = findFlaw(mazeOf('S #', ' # ', '# G'));
  expect(walled?.message).toContain('No path leads from S to G');
  expect(walled?.cells).toEqual(new Set([0, 1, 3]));
});

test('marked cells off every shortest path are stray, and S moves', () => {
  const maze = mazeOf('S  ', ' # ', '  G');
  const { cells: marked } = parseMaze(['So ', 'o#o', '  G'].join('\n'));
  expect(strayCells(maze, marked)).toEqual(new Set());
  const detour = mazeOf('S  ', '#  ', '  G');
  expect(strayCells(detour, parseMaze(['Soo', '#oo', 'o G'].join('\n')).cells)).toEqual(new Set([6]));
  expect(withCell(maze, 2, 2)).toEqual(parseMaze(['  S', ' # ', '  G'].join('\n')).cells);
  expect([pathLength(maze), pathLength(mazeOf('S#G', '###'))]).toEqual([4, undefined]);
});

test('the answer is the surest value of each open cell', () => {
  const maze = mazeOf('S #', '  G');
  const confidence = Float32Array.of(0, 1, 0.4, 0.6, 0, 1, 0.9, 0.1, 0.2, 0.8, 0, 1);
  expect(answerOf(maze, confidence)).toEqual(parseMaze(['So#', ' oG'].join('\n')).cells);
});

test('texts of Sudoku and mazes are distinguished', () => {
  expect(readPuzzle(' ......4..2..4.1.\n')).toMatchObject({ kind: 'sudoku', width: 4 });
  // Spaces at the ends of rows are cells.
  expect(readPuzzle('\nS # \n    \n# G \n')).toMatchObject({ kind: 'maze', width: 4, height: 3 });
  expect(readPuzzle('So##o   G').cells).toEqual(readPuzzle('S ##    G').cells);
  expect(() => readPuzzle('S #\n  \n  G')).toThrow('row 2 has 2');
  expect(() => readPuzzle('SG')).toThrow();
  expect(() => readPuzzle('S.......#.......'.repeat(16))).toThrow('Unexpected "."');
});

test.each(difficulties)('%s puzzles of all sizes are generated, and have an answer', (difficulty) => {
  for (const size of [4, 6, 9]) expect(findFlaw(generatePuzzle('sudoku', size, difficulty, 1))).toBeUndefined();
  const lengths = [5, 20, 40].map((side) => pathLength(generatePuzzle('maze', side, difficulty, 1))!);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2);
  expect(lengths[2]).toBeGreaterThan({ Easy: 35, Medium: 80, Hard: 144 }[difficulty]);
});

test('a digit breaks no rule before the model prefers it to others', () => {
  const puzzle = sudokuOf(parseSudoku('1...............'));
  const thought = { segment: 1, application: 'fL', latent: 'zL', residual: 0, movement: new Float32Array(16) } as const;
  const even = new Float32Array(64).fill(0.25);
  expect(boardAfter(puzzle, { ...thought, confidence: even }).wrong).toEqual(new Set());
  const sure = even.slice();
  sure[4] = 0.4;
  expect(boardAfter(puzzle, { ...thought, confidence: sure }).wrong).toEqual(new Set([0, 1]));
});
