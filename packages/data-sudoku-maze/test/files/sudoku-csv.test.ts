import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatSudoku, type SudokuPuzzle } from '../../src/index';
import { type PuzzleTable, readSudokuCsv } from '../../src/files';
import { dir, errorOf, fileOf } from '../temporary-files';
import { testdata, testLines } from '../testdata';
import { HEADER, ROW } from './csv-rows';

const ratings = (table: PuzzleTable<SudokuPuzzle>) => Array.from(table, ({ rating }) => rating);

describe('a CSV file of Sudokus', () => {
  it('of Sudoku-Extreme is read, and each puzzle has one solution', async () => {
    const puzzles = await readSudokuCsv(testdata('sudoku-extreme-40.csv'), { verify: 'unique' });
    expect(puzzles).toHaveLength(40);
    expect(formatSudoku(puzzles.at(0)!.question)).toBe(testLines('sudoku-extreme-40.csv')[1]!.split(',')[1]);
    expect(puzzles.at(0)).toMatchObject({ source: 'sudoku-extreme', rating: undefined });
  });

  it('becomes a table that creates each puzzle on access', async () => {
    const rows = Array.from({ length: 3000 }, (_, k) =>
      ROW.replace('me', `book ${k % 1500}`).replace(',3\n', `,${k}\n`),
    );
    const puzzles = await readSudokuCsv(await fileOf(HEADER + rows.join('')));
    expect(puzzles).toHaveLength(3000);
    expect(Array.from(puzzles, ({ source, rating }) => `${source} ${rating}`)).toEqual(
      rows.map((_, k) => `book ${k % 1500} ${k}`),
    );
    expect(formatSudoku(puzzles.at(2999)!.answer)).toBe('1324423124133142');
    puzzles.at(5)!.question.fill(4);
    expect(formatSudoku(puzzles.at(5)!.question)).toBe('1.....3..4.....2');
    expect(ratings(puzzles.slice(2990).slice(2, -6))).toEqual([2992, 2993]);
    expect(ratings(puzzles.slice(-2))).toEqual([2998, 2999]);
    expect(puzzles.slice(5, 2)).toHaveLength(0);
    expect([puzzles.at(-1)!.rating, puzzles.at(-3001), puzzles.at(3000)]).toEqual([2999, undefined, undefined]);
  });

  it('may have 0 for blanks, quotes, Windows line ends and a byte order mark', async () => {
    const text = `\ufeff${HEADER}"me, too",1000003004000002,"1324423124133142",\n`.replaceAll('\n', '\r\n');
    const [puzzle] = await readSudokuCsv(await fileOf(text), { verify: 'unique' });
    expect(puzzle).toMatchObject({ source: 'me, too', rating: undefined });
  });

  it('is filtered by rating and sampled', async () => {
    const rows = Array.from({ length: 50 }, (_, k) => ROW.replace(',3\n', `,${k}\n`)).join('');
    const path = await fileOf(HEADER + rows + ROW.replace(',3\n', ',\n'));
    expect(await readSudokuCsv(path)).toHaveLength(51);
    expect(ratings(await readSudokuCsv(path, { minRating: 48 }))).toEqual([48, 49]);
    const sample = async (seed: number) => ratings(await readSudokuCsv(path, { subsample: { count: 10, seed } }));
    expect(await sample(0)).toEqual(await sample(0));
    expect(await sample(0)).not.toEqual(await sample(1));
    expect(new Set(await sample(0)).size).toBe(10);
    expect(await readSudokuCsv(path, { subsample: { count: 100 } })).toHaveLength(51);
  });

  it.each([
    ['an empty file', '', undefined, /got an empty file/],
    ['no header', ROW, 1, /expected a header with columns "question" \(or questions, quiz, .*got "me,1/],
    ['two columns of questions', 'quiz,puzzle,answer\n', 1, /"quiz" and "puzzle" could both be the question/],
    ['the same column twice', 'question,answer,question\n', 1, /could both be the question/],
    ['too few fields', `${HEADER}${ROW}me,1.....3..4.....2\n`, 3, /got 2 fields/],
    ['too many fields', `${HEADER}${ROW.replace('\n', ',\n')}`, 2, /expected 4 fields, as in the header; got 5/],
    [
      'a short question',
      `${HEADER}${ROW}me,1.....3,1324423124133142,\n`,
      3,
      /16 characters; got a question of 7 and answer of 16/,
    ],
    ['another size', `${HEADER}${ROW}me,${'.'.repeat(81)},${'1'.repeat(81)},\n`, 3, /question of 81/],
    ['a number of cells that fits no size', `${HEADER}me,12345,12345,\n`, 2, /16, 36, 81 or 256 cells; got 5/],
    [
      'a foreign character',
      `${HEADER}me,1..?..3..4.....2,1324423124133142,\n`,
      2,
      /question, character 4: Unexpected "\?" in row 1, column 4; expected 1 to 4 for digits, and one of \. 0 \* _ x/,
    ],
    ['a digit beyond the size', `${HEADER}me,1..5..3..4.....2,1324423124133142,\n`, 2, /digits 1 to 4; got 5/],
    ['spaces', `${HEADER}me,1  ....3..4.....,1324423124133142,\n`, 2, /16 cells; got 14/],
    [
      'a blank in the answer',
      `${HEADER}me,1.....3..4.....2,132442312413314.,\n`,
      2,
      /a digit in every cell of the answer/,
    ],
    [
      'an answer to another question',
      `${HEADER}me,2.....3..4.....2,1324423124133142,\n`,
      2,
      /does not fit the question: a given was changed/,
    ],
    ['an answer against the rules', `${HEADER}me,1.....3..4.....2,1324423124133141,\n`, 2, /does not fit the question/],
    [
      'a rating that is none',
      `${HEADER}me,1.....3..4.....2,1324423124133142,hard\n`,
      2,
      /rating to be a number or empty; got "hard"/,
    ],
    ['a source not in UTF-8', Buffer.from(`${HEADER}M\xfcller${ROW}`, 'latin1'), 2, /source to be text in UTF-8/],
    ['an open quote', `${HEADER}${ROW}me,"1.....3\n`, 3, /quot/i],
    ['a question with several answers', `${HEADER}me,1...............,1324423124133142,\n`, 2, /several solutions/],
  ])('is refused for %s, with the line', async (_name, content, line, message) => {
    const path = await fileOf(content);
    const error = await errorOf(readSudokuCsv(path, { verify: 'unique' }));
    expect(error.message).toMatch(message);
    expect([error.path, error.line]).toEqual([path, line]);
    expect(error.message.startsWith(line === undefined ? `${path}: ` : `${path}:${line}: `)).toBe(true);
  });

  it('is checked as `verify` says', async () => {
    const several = await fileOf(`${HEADER}me,1...............,1324423124133142,\n`);
    expect(await readSudokuCsv(several)).toHaveLength(1);
    const wrong = await fileOf(`${HEADER}me,2...............,1324423124133142,\n`);
    expect(await readSudokuCsv(wrong, { verify: 'format' })).toHaveLength(1);
    await errorOf(readSudokuCsv(wrong));
    expect((await errorOf(readSudokuCsv(several, { size: 9 }))).message).toMatch(/81 characters/);
  });

  it('may have short and long sources, in any script', async () => {
    const sources = ['', 'b'.repeat(20_000), 'é, 数独', 'c'.repeat(100_000), ...Array.from({ length: 9 }, (_, k) => `${k}`.repeat(9999))]; // prettier-ignore
    const rows = sources.map((source) => ROW.replace('me', `"${source}"`));
    const read = await readSudokuCsv(await fileOf(HEADER + rows.join('')));
    expect(Array.from(read, ({ source }) => source)).toEqual(sources);
  });

  it('is refused when it is missing, too long, or has an endless row', async () => {
    expect((await errorOf(readSudokuCsv(join(dir, 'missing.csv')))).message).toMatch(/missing\.csv: ENOENT/);
    const path = await fileOf(HEADER + ROW.repeat(5));
    expect((await errorOf(readSudokuCsv(path, { maxRows: 4 }))).message).toMatch(/more rows than the 4 allowed/);
    const endless = await fileOf(`${HEADER}"${'1'.repeat(5 * 2 ** 20)}`);
    expect((await errorOf(readSudokuCsv(endless))).message).toMatch(/exceed|size/i);
  });
});
