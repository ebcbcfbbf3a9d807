import { writeFileSync } from 'node:fs';
import { formatMaze, formatSudoku, generateMazePuzzles, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { weightsCards } from '@hrm/weights';
import { describe, expect, it } from 'vitest';
import { hrm } from './run-hrm';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('shipped-models');

const solve = (...args: string[]) => runInProcess(['solve', '--backend', 'wasm', ...args]);
const last = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
const SMALL = '1... ..3. .4.. ...2';
const LARGE = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79';

describe('hrm solve without --run', () => {
  it.each([
    ['sudoku-4x4', SMALL, '1324423124133142'],
    ['sudoku-6x6', '.....4.1...35...3.26......6.1....2..', undefined],
    ['sudoku-9x9', LARGE, '534678912672195348198342567859761423426853791713924856961537284287419635345286179'],
  ])('takes %s for its puzzles, and says so', async (name, puzzle, answer) => {
    const { status, stdout, stderr } = await solve(puzzle, '--json');
    expect(status, stderr).toBe(0);
    expect(last(stdout)).toMatchObject({ valid: true, ...(answer && { answer }), count: 1, solved: 1, tries: 1 });
    expect(stderr).toContain(`Model: ${name}, `);
  });

  it('solves a file, and ends with what it cost', async () => {
    const puzzles = generateSudokuPuzzles({ size: 4, count: 20, givens: [5, 10], seed: 77 });
    writeFileSync('puzzles.txt', puzzles.map(({ question }) => formatSudoku(question)).join('\n'));
    const { status, stdout, stderr } = await solve(
      '--file',
      'puzzles.txt',
      '--segments',
      '16',
      '--until',
      'end',
      '--json',
    );
    expect(status, stderr).toBe(0);
    const { seconds, ...counts } = last(stdout);
    expect(counts).toMatchObject({ count: 20, solved: 20, tries: 20, segments: 320, modelCalls: 320 });
    expect(seconds).toBeGreaterThan(0);
  });

  it.each([
    [[], { valid: true, segments: 4, haltedAfter: 1 }],
    [['--segments', '3'], { valid: false, segments: 3 }],
    [['--until', 'halted'], { valid: false, segments: 1 }],
    [['--until', 'end'], { valid: true, segments: 8, settledAfter: 4 }],
  ])('with %j stops a puzzle that the model would halt too early when that says', async (options, expected) => {
    const puzzle = '...3..2....14...';
    const { status, stdout, stderr } = await solve(...options, '--json', puzzle);
    expect(status, stderr).toBe(0);
    expect(last(stdout)).toMatchObject(expected);
    writeFileSync('two.txt', `${SMALL}\n${puzzle}\n`);
    const [, second] = (await solve(...options, '--json', '--file', 'two.txt')).stdout.split('\n');
    expect(JSON.parse(second!)).toMatchObject({ ...expected, puzzle });
  });

  it('reads puzzles in JSON: cells, a grid, or a list of either', async () => {
    const cells = [1, 0, 0, 0, 0, 0, 3, 0, 0, 4, null, 0, 0, 0, 0, 2];
    const grid = [0, 4, 8, 12].map((start) => cells.slice(start, start + 4));
    for (const puzzle of [cells, grid]) {
      expect(last((await solve(JSON.stringify(puzzle), '--json')).stdout)).toMatchObject({
        answer: '1324423124133142',
      });
    }
    for (const list of [
      [cells, cells],
      [grid, grid],
    ]) {
      writeFileSync('list.json', JSON.stringify(list));
      expect(last((await solve('--file', 'list.json', '--json')).stdout)).toMatchObject({ count: 2, solved: 2 });
    }
    expect((await solve('[1, 2')).status).toBe(2);
  });

  it('reads rows and puzzles in JSON that are texts', async () => {
    const rows = SMALL.split(' ');
    for (const [list, count] of [
      [rows, 1],
      [[rows.join(''), rows.join('')], 2],
      [[rows, rows], 2],
    ]) {
      writeFileSync('texts.json', JSON.stringify(list));
      expect(last((await solve('--file', 'texts.json', '--json')).stdout)).toMatchObject({ count, solved: count });
    }
  });

  it('reads texts with a byte order mark, in UTF-8 and in UTF-16', async () => {
    const maze = '\ufeffS   \r\n ## \r\n   G\r\n';
    const utf16 = Buffer.from(maze, 'utf16le');
    for (const bytes of [Buffer.from(maze), utf16, Buffer.from(utf16).swap16()]) {
      writeFileSync('maze.txt', bytes);
      expect(last((await solve('--file', 'maze.txt', '--json')).stdout)).toMatchObject({ count: 1, solved: 1 });
    }
    writeFileSync('marked.json', `\ufeff${JSON.stringify(SMALL.split(' '))}`);
    expect(last((await solve('--file', 'marked.json', '--json')).stdout)).toMatchObject({ solved: 1 });
    expect(last((await solve(`\ufeff${SMALL}`, '--json')).stdout)).toMatchObject({ solved: 1 });
  });

  it('reads pasted rows on stdin', () => {
    const { status, stdout, stderr } = hrm(['solve', '--backend', 'wasm', '--json'], SMALL.replaceAll(' ', '\n'));
    expect(status, stderr).toBe(0);
    expect(last(stdout)).toMatchObject({ valid: true, answer: '1324423124133142' });
  });

  it.each([
    ['rows', 'S     \n##### \n      \n #####\nG     ', 'Sooooo#####oooooooo#####G     '],
    ['a square on one line', 'S # ##  G', undefined],
  ])('takes the maze model for mazes of any size: %s', async (_form, maze, answer) => {
    const { status, stdout, stderr } = await solve(maze, '--json');
    expect(status, stderr).toBe(0);
    expect(last(stdout)).toMatchObject({ valid: true, count: 1, solved: 1, ...(answer && { answer }) });
    expect(stderr).toContain('Model: maze, ');
  });

  it('solves a file of mazes, with more segments for larger ones', async () => {
    const mazes = generateMazePuzzles({ width: 20, height: 13, count: 2, minPathLength: 12, seed: 4 });
    const text = mazes.map(({ width, height, question }) => formatMaze({ width, height, cells: question }, { rows: true })); // prettier-ignore
    writeFileSync('mazes.txt', text.join('\n'));
    const whole = ['--file', 'mazes.txt', '--until', 'end', '--json'];
    const { status, stdout, stderr } = await solve(...whole);
    expect(status, stderr).toBe(0);
    expect(last(stdout)).toMatchObject({ count: 2, solved: 2, segments: 22 });
    expect(last((await solve(...whole, '--segments', '2')).stdout)).toMatchObject({ segments: 4 });
  });

  it.each([
    ['a shape that no model solves', ['1'.repeat(25)], 'PUZZLE: it fits no shipped model; they solve Sudoku of 4x4 (sudoku-4x4, 16 cells)'],
    ['a typo in a known shape', [LARGE.replace('7', '?')], 'PUZZLE, character 5: Unexpected "?" in row 1, column 5; expected 1 to 9'],
    ['a puzzle with no answer', ['11.. .... .... ....'], 'PUZZLE cannot be solved: 1 occurs twice in row 1'],
    ['a checkpoint without a run', [SMALL, '--checkpoint', 'best'], '--checkpoint: is for --run'],
    ['a maze with a typo', ['S # #x  G'], 'PUZZLE, character 6: Unexpected "x" in cell 5; expected one of'],
    ['a maze without a goal', ['S # ##   '], 'PUZZLE: A maze has one S and one G; this one has no G. maze solves mazes of 3x3.'],
    ['rows of different lengths', ['S   \n ##\n   G'], 'PUZZLE: Expected 4 cells in each row; row 2 has 3. maze solves mazes of 4x'],
    ['a line that is no square', ['S  ## G'], 'PUZZLE: it has no size of a maze; expected rows of equal length'],
    ['a maze without a path', ['S # ###G '], 'PUZZLE cannot be solved: no path leads from S to G'],
    ['a maze in other characters', ['XXX\nA.B\nXXX'], "mazes of any size (maze, '#' wall, ' ' free, one S and one G)"],
    ['a typo in a grid below a comment', ['--file', 'grid.txt'], 'grid.txt:3:3: Unexpected "?" in row 2, column 3'],
    ['a file of two sizes', ['--file', 'mixed.txt'], 'mixed.txt:2:'],
  ])('refuses %s', async (_name, args, message) => {
    writeFileSync('mixed.txt', `1.....3..4.....2\n${LARGE}\n`);
    writeFileSync('grid.txt', '# of the newspaper\n53..7....\n6.?195...\n');
    const { status, stdout, stderr } = await solve(...args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
  }); // prettier-ignore
});

it('hrm models lists the shipped models with their figures', async () => {
  const { status, stdout } = await runInProcess(['models']);
  expect(status).toBe(0);
  for (const [name, { parameters }] of Object.entries(weightsCards)) {
    expect(stdout).toMatch(new RegExp(`${name}: (Sudoku of|mazes of any size)`));
    expect(stdout).toContain(`${parameters} parameters`);
  }
  expect(stdout).toMatch(/[\d.]+% valid, [\d.]+% exact of 100 puzzles \(30x30-given\) in one pass of 20 segments/);
  const { models } = last((await runInProcess(['models', '--json'])).stdout) as { models: { name: string }[] };
  expect(models).toEqual(Object.entries(weightsCards).map(([name, card]) => ({ name, ...card })));
});
