import { describe, expect, it } from 'vitest';
import { readMazeCsv } from '../../src/files';
import { errorOf, fileOf } from '../temporary-files';
import { testdata } from '../testdata';
import { HEADER } from './csv-rows';

describe('a CSV file of mazes', () => {
  it('of Maze-30x30-Hard is read', async () => {
    const puzzles = await readMazeCsv(testdata('maze-30x30-hard-10.csv'));
    expect(puzzles).toHaveLength(10);
    expect(puzzles.at(9)).toMatchObject({ width: 30, height: 30, source: 'maze-30x30-hard' });
  });

  it.each([
    ['a foreign character', 'me,S # ##x G,S #o##ooG,', /Unexpected "x" in cell 6/],
    ['another length', 'me,S # ##  ,S #o##oo,', /9 characters; got a question of 8/],
    ['no goal', 'me,S # ##   ,S #o##ooo,', /has no G/],
    ['a wrong path', 'me,S # ##  G,So#o##ooG,', /does not fit the question: 4 cells are marked/],
    ['no path', 'me,S # ##  G,S # ##  G,', /do not lead from S to G/],
  ])('is refused for a maze with %s, with the line', async (_name, row, message) => {
    const error = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,S # ##  G,S #o##ooG,\n${row}\n`)));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(3);
  });

  it('is refused for a maze whose length is not a square number', async () => {
    const error = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,S # ##  ,S #o##oo,\n`)));
    expect(error.message).toMatch(/not a square number/);
    expect(error.line).toBe(2);
  });

  it('is refused for an empty maze, and for one of several lines', async () => {
    const empty = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,,,3\n`), { width: 3, verify: 'format' }));
    expect([empty.line, empty.message]).toEqual([2, expect.stringContaining('got an empty question')]);
    // As many characters as the first, but fewer cells.
    const row = 'me,"  \n  \n  \n","  \n  \n  \n",\n';
    const lines = await errorOf(readMazeCsv(await fileOf(HEADER + row), { verify: 'format' }));
    expect([lines.line, lines.message]).toEqual([8, expect.stringContaining('expected no line breaks')]);
  });

  it('may hold mazes that are not square when their width is given', async () => {
    const path = await fileOf(`${HEADER}me,S   G ,Soo G ,\nme,S G,SoG,\n`);
    expect((await errorOf(readMazeCsv(path, { width: 3, verify: 'format' }))).message).toMatch(
      /of 6 characters; got a question of 3/,
    );
    const wide = await fileOf(`${HEADER}me,S    G,So  oG,\n`);
    expect((await readMazeCsv(wide, { width: 3 })).at(0)).toMatchObject({ width: 3, height: 2 });
  });
});
