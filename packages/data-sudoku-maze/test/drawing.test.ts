import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  drawMaze,
  drawSudoku,
  generateMaze,
  generateSudoku,
  mazeSvg,
  parseMaze,
  parseSudoku,
  SUDOKU_SIZES,
  sudokuSvg,
} from '../src/index';

const question = parseSudoku('1.....3..4.....2');
const answer = parseSudoku('1324423124133142');
const prediction = parseSudoku('1324423124133112');

describe('a drawn Sudoku', () => {
  it('has lines between boxes and dots for blanks', () => {
    expect(drawSudoku(question).split('\n')).toEqual([
      '┌─────┬─────┐',
      '│ 1 . │ . . │',
      '│ . . │ 3 . │',
      '├─────┼─────┤',
      '│ . 4 │ . . │',
      '│ . . │ . 2 │',
      '└─────┴─────┘',
    ]);
  });

  it('marks where a prediction differs from the answer, or else breaks a rule', () => {
    expect(drawSudoku(question, { prediction, answer }).split('\n')[5]).toBe('│ 3 1 │ 1!2 │');
    expect(drawSudoku(question, { prediction }).split('\n').slice(4, 6)).toEqual(['│ 2 4 │ 1!3 │', '│ 3 1!│ 1!2 │']);
    expect(drawSudoku(question, { prediction: answer, answer })).not.toContain('!');
    const changedGiven = answer.slice();
    changedGiven[0] = 2;
    expect(drawSudoku(question, { prediction: changedGiven, answer }).split('\n')[1]).toBe('│ 2!3 │ 2 4 │');
  });

  it('has colours only when asked', () => {
    expect(drawSudoku(question, { prediction, answer })).not.toContain('\u001b');
    const colored = drawSudoku(question, { prediction, answer, color: true });
    expect(colored).toContain('\u001b[31m1!\u001b[0m');
    expect(colored).toContain('\u001b[1m1 \u001b[0m');
    // eslint-disable-next-line no-control-regex
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(drawSudoku(question, { prediction, answer }));
  });

  it.each(SUDOKU_SIZES)('of %ix shows every given once, as text and as SVG', (size) => {
    const puzzle = generateSudoku(new SeededRandom(1), { size });
    const givens = puzzle.question.filter((digit) => digit > 0).length;
    expect(drawSudoku(puzzle.question).match(/[1-9A-G]/g)).toHaveLength(givens);
    expect(sudokuSvg(puzzle.question).match(/<text /g)).toHaveLength(givens);
    expect(sudokuSvg(puzzle.question, { prediction: puzzle.answer }).match(/<text /g)).toHaveLength(size * size);
  });

  it('as SVG marks wrong cells and is well formed', () => {
    const svg = sudokuSvg(question, { prediction, answer, cellSize: 10 });
    expect(svg.match(/class="wrong"/g)).toHaveLength(1);
    expect(svg).toContain('<rect class="wrong" x="2" y="3"');
    expect(svg).toContain('width="40"');
    expect(isWellFormed(svg)).toBe(true);
    expect(isWellFormed(svg.replace('</style>', ''))).toBe(false);
  });

  it('refuses other lengths', () => {
    expect(() => drawSudoku(question, { prediction: [1] })).toThrow(/prediction must have the 16 cells .* got 1/);
    expect(() => sudokuSvg(question, { prediction, answer: [1] })).toThrow(/answer must have the 16 cells/);
  });
});

/** Every element opened is closed, in order. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, slash, name, selfClosed] of xml.matchAll(/<(\/?)([a-z]+)(?:\s+[a-zA-Z-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (slash) {
      if (open.pop() !== name) return false;
    } else if (!selfClosed) open.push(name!);
  }
  return open.length === 0 && xml.startsWith('<svg xmlns=');
}

describe('a drawn maze', () => {
  const rows = (...lines: string[]) => parseMaze(lines.join('\n'));
  const maze = rows('S #', ' ##', '  G');
  const right = rows('S #', 'o##', 'ooG').cells;
  const wrong = rows('So#', 'o #', 'o G').cells;

  it('has a frame, walls and the path', () => {
    expect(drawMaze(maze).split('\n')).toEqual(['┌──────┐', '│S   ██│', '│  ████│', '│    G │', '└──────┘']);
    expect(drawMaze(maze, { prediction: right }).split('\n').slice(2, 4)).toEqual(['│• ████│', '│• • G │']);
  });

  it('marks wrong, missing and changed cells', () => {
    expect(drawMaze(maze, { prediction: wrong, answer: right }).split('\n').slice(1, 4)).toEqual([
      '│S x ██│',
      '│• ! ██│',
      '│• ? G │',
    ]);
    expect(drawMaze(maze, { prediction: wrong }).split('\n')[2]).toBe('│• ! ██│');
    expect(drawMaze(maze, { prediction: Uint8Array.of(9, 1, 0, 4, 0, 0, 4, 4, 3) })).toContain('!');
  });

  it('has colours only when asked', () => {
    expect(drawMaze(maze, { prediction: wrong, answer: right })).not.toContain('\u001b');
    const colored = drawMaze(maze, { prediction: wrong, answer: right, color: true });
    expect(colored).toContain('\u001b[31mx \u001b[0m');
    expect(colored).toContain('\u001b[32m• \u001b[0m');
  });

  it('as SVG is well formed and has each kind of mistake', () => {
    const svg = mazeSvg(maze, { prediction: wrong, answer: right });
    expect(isWellFormed(svg)).toBe(true);
    expect(svg).toContain('<path fill="#e02424" d="M1 0h1v1h-1z"/>');
    expect(svg).toContain('<path fill="#f8b4b4" d="M1 2h1v1h-1z"/>');
    expect(svg).toContain('<path fill="#ff8800" d="M1 1h1v1h-1z"/>');
    const { width, height, question: asked, answer: solved } = generateMaze(new SeededRandom(0), { width: 12 });
    expect(mazeSvg({ width, height, cells: asked }, { prediction: solved, answer: solved })).not.toContain('#e02424');
  });

  it('refuses other lengths', () => {
    expect(() => drawMaze(maze, { prediction: [1] })).toThrow(/prediction must have the 9 cells .* got 1/);
    expect(() => mazeSvg({ ...maze, width: 4 })).toThrow(/maze must have the 12 cells .* got 9/);
  });
});
