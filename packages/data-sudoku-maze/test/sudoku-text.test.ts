import { PuzzleTextError } from '@hrm/data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSudoku, formatSudoku, parseSudoku, SUDOKU_SIZES, SudokuLineReader, verifySudoku } from '../src/index';

describe('puzzle strings', () => {
  it.each(SUDOKU_SIZES)('of %ix survive being written and read', (size) => {
    const grids = fc.array(fc.integer({ min: 0, max: size }), { minLength: size * size, maxLength: size * size });
    fc.assert(
      fc.property(grids, (grid) => {
        const text = formatSudoku(grid);
        expect([...parseSudoku(text)]).toEqual(grid);
        expect([...parseSudoku(text.toLowerCase().replaceAll('.', '0'), size)]).toEqual(grid);
      }),
    );
  });

  it('may be drawn with lines', () => {
    const drawn = '1 . | . .\n. . | 3 .\n----+----\n. 4 | . .\r\n. . | . 2\n';
    expect(formatSudoku(parseSudoku(drawn))).toBe('1.....3..4.....2');
  });

  it('may be as drawSudoku draws them, also a line at a time', () => {
    for (const text of ['1.....3..4.....2', '.'.repeat(36), `53${'.'.repeat(79)}`]) {
      const grid = parseSudoku(text);
      const drawn = drawSudoku(grid);
      expect(drawn).toContain('┌');
      expect(parseSudoku(drawn)).toEqual(grid);
      const reader = new SudokuLineReader();
      const found = drawn.split('\n').flatMap((line) => reader.take(line) ?? []);
      reader.end();
      expect(found).toEqual([{ question: grid, line: 2 }]);
    }
  });

  it('may mark blanks in many ways', () => {
    const grid = parseSudoku('1.....3..4.....2');
    for (const blank of ['0', '*', '_', 'x', 'X', ' ']) {
      expect(parseSudoku('1.....3..4.....2'.replaceAll('.', blank))).toEqual(grid);
      expect(parseSudoku('1...\n..3.\n.4..\n...2\n'.replaceAll('.', blank), 4)).toEqual(grid);
    }
    // A number of cells that is one without the spaces as well: they only set cells apart.
    expect(parseSudoku(' 1324  4231 2413  3142'.padEnd(36))).toHaveLength(16);
    expect(() => parseSudoku('1  ....3..4.....')).toThrow('got 14');
  });

  const errorOf = (read: () => unknown): PuzzleTextError => {
    try {
      read();
    } catch (error) {
      if (error instanceof PuzzleTextError) return error;
      throw error;
    }
    throw new Error('expected an error');
  };

  it('say what is wrong with them and where', () => {
    expect(errorOf(() => parseSudoku('1...\n..?.'))).toMatchObject({
      position: 7,
      message: expect.stringMatching(/Unexpected "\?"/),
    });
    expect(errorOf(() => parseSudoku('1..😀'))).toMatchObject({
      position: 3,
      message: expect.stringMatching(/Unexpected "😀"/),
    });
    expect(errorOf(() => parseSudoku('1..'))).toMatchObject({
      message: expect.stringMatching(/16, 36, 81 or 256 cells; got 3/),
    });
    expect(errorOf(() => parseSudoku('1'.repeat(16), 9))).toMatchObject({
      message: expect.stringMatching(/Expected 81 cells; got 16/),
    });
    expect(errorOf(() => parseSudoku('...5............'))).toMatchObject({
      position: 3,
      message: expect.stringMatching(/digits 1 to 4; got 5/),
    });
    expect(errorOf(() => parseSudoku('.'.repeat(5000)))).toMatchObject({
      message: expect.stringMatching(/at most 256 cells/),
    });
  });
});

describe('verifySudoku', () => {
  const question = parseSudoku('1.....3..4.....2');
  const answer = parseSudoku('1324423124133142');

  it('accepts the answer', () => {
    expect(verifySudoku(question, answer)).toEqual({ valid: true, wrongCells: [] });
  });

  it.each([
    ['a changed given', 0, 2, /given was changed in row 1, column 1/, [0]],
    ['a digit twice', 15, 2, undefined, []],
    ['a blank', 5, 0, /no digit from 1 to 4 in row 2, column 2/, [5]],
    ['a foreign number', 5, 9, /no digit from 1 to 4/, [5]],
    ['a fraction', 5, 1.5, /no digit from 1 to 4/, [5]],
  ])('judges %s', (_name, cell, digit, reason, cells) => {
    const changed = Array.from(answer);
    changed[cell] = digit;
    const verdict = verifySudoku(question, changed);
    if (reason === undefined) expect(verdict.valid).toBe(true);
    else {
      expect(verdict).toMatchObject({ valid: false, wrongCells: cells });
      expect(verdict.reason).toMatch(reason);
    }
  });

  it('names both cells of a conflict, and other lengths', () => {
    const changed = Array.from(answer);
    changed[1] = 4;
    const verdict = verifySudoku(question, changed);
    expect(verdict.reason).toMatch(/twice/);
    expect(verdict.wrongCells).toEqual(expect.arrayContaining([1, 3]));
    expect(verifySudoku(question, [1, 2]).reason).toMatch(/2 cells, the question 16/);
  });

  it('rejects every change of a single cell', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 0, max: 5 }), (cell, digit) => {
        const changed = Array.from(answer);
        fc.pre(changed[cell] !== digit);
        changed[cell] = digit;
        expect(verifySudoku(question, changed).valid).toBe(false);
      }),
    );
  });
});
