import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  buildSudokuDataset,
  countSudokuSolutions,
  formatSudoku,
  generateSudoku,
  generateSudokuPuzzles,
  parseSudoku,
  sudokuContradiction,
  type SudokuPuzzle,
  verifySudoku,
} from '../src/index';
import { type PuzzleTable, readMazeCsv, readPuzzleLines, readSudokuCsv } from '../src/files';
import { dir, errorOf, fileOf } from './temporary-files';
import { testdata, testLines } from './testdata';

const HEADER = 'source,question,answer,rating\n';
const ROW = 'me,1.....3..4.....2,1324423124133142,3\n';

describe('CSV files', () => {
  it('of Sudoku-Extreme are read and unique', async () => {
    const puzzles = await readSudokuCsv(testdata('sudoku-extreme-40.csv'), { verify: 'unique' });
    expect(puzzles).toHaveLength(40);
    expect(formatSudoku(puzzles.at(0)!.question)).toBe(testLines('sudoku-extreme-40.csv')[1]!.split(',')[1]);
    expect(puzzles.at(0)).toMatchObject({ source: 'sudoku-extreme', rating: undefined });
  });

  it('give a table that creates each puzzle on access', async () => {
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
    const ratings = (table: PuzzleTable<SudokuPuzzle>) => Array.from(table, ({ rating }) => rating);
    expect(ratings(puzzles.slice(2990).slice(2, -6))).toEqual([2992, 2993]);
    expect(ratings(puzzles.slice(-2))).toEqual([2998, 2999]);
    expect(puzzles.slice(5, 2)).toHaveLength(0);
    expect([puzzles.at(-1)!.rating, puzzles.at(-3001), puzzles.at(3000)]).toEqual([2999, undefined, undefined]);
  });

  it('of Maze-30x30-Hard are read and right', async () => {
    const puzzles = await readMazeCsv(testdata('maze-30x30-hard-10.csv'));
    expect(puzzles).toHaveLength(10);
    expect(puzzles.at(9)).toMatchObject({ width: 30, height: 30, source: 'maze-30x30-hard' });
  });

  it('may have 0 for blanks, quotes, Windows line ends and a byte order mark', async () => {
    const text = `\ufeff${HEADER}"me, too",1000003004000002,"1324423124133142",\n`.replaceAll('\n', '\r\n');
    const [puzzle] = await readSudokuCsv(await fileOf(text), { verify: 'unique' });
    expect(puzzle).toMatchObject({ source: 'me, too', rating: undefined });
  });

  it('are filtered by rating and sampled', async () => {
    const rows = Array.from({ length: 50 }, (_, k) => ROW.replace(',3\n', `,${k}\n`)).join('');
    const path = await fileOf(HEADER + rows + ROW.replace(',3\n', ',\n'));
    const ratings = (puzzles: PuzzleTable<SudokuPuzzle>) => Array.from(puzzles, ({ rating }) => rating);
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
  ])('refuse %s, with the line', async (_name, content, line, message) => {
    const path = await fileOf(content);
    const error = await errorOf(readSudokuCsv(path, { verify: 'unique' }));
    expect(error.message).toMatch(message);
    expect([error.path, error.line]).toEqual([path, line]);
    expect(error.message.startsWith(line === undefined ? `${path}: ` : `${path}:${line}: `)).toBe(true);
  });

  it('are checked as `verify` says', async () => {
    const several = await fileOf(`${HEADER}me,1...............,1324423124133142,\n`);
    expect(await readSudokuCsv(several)).toHaveLength(1);
    const wrong = await fileOf(`${HEADER}me,2...............,1324423124133142,\n`);
    expect(await readSudokuCsv(wrong, { verify: 'format' })).toHaveLength(1);
    await errorOf(readSudokuCsv(wrong));
    expect((await errorOf(readSudokuCsv(several, { size: 9 }))).message).toMatch(/81 characters/);
  });

  it.each([
    ['a foreign character', 'me,S # ##x G,S #o##ooG,', /Unexpected "x" in cell 6/],
    ['another length', 'me,S # ##  ,S #o##oo,', /9 characters; got a question of 8/],
    ['no goal', 'me,S # ##   ,S #o##ooo,', /has no G/],
    ['a wrong path', 'me,S # ##  G,So#o##ooG,', /does not fit the question: 4 cells are marked/],
    ['no path', 'me,S # ##  G,S # ##  G,', /do not lead from S to G/],
  ])('refuse a maze with %s, with the line', async (_name, row, message) => {
    const error = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,S # ##  G,S #o##ooG,\n${row}\n`)));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(3);
  });

  it('refuse a maze whose length is not a square number', async () => {
    const error = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,S # ##  ,S #o##oo,\n`)));
    expect(error.message).toMatch(/not a square number/);
    expect(error.line).toBe(2);
  });

  it('refuse an empty maze, and one of several lines', async () => {
    const empty = await errorOf(readMazeCsv(await fileOf(`${HEADER}me,,,3\n`), { width: 3, verify: 'format' }));
    expect([empty.line, empty.message]).toEqual([2, expect.stringContaining('got an empty question')]);
    // As many characters as the first, but fewer cells.
    const row = 'me,"  \n  \n  \n","  \n  \n  \n",\n';
    const lines = await errorOf(readMazeCsv(await fileOf(HEADER + row), { verify: 'format' }));
    expect([lines.line, lines.message]).toEqual([8, expect.stringContaining('expected no line breaks')]);
  });

  it('may have short and long sources, in any script', async () => {
    const sources = ['', 'b'.repeat(20_000), 'é, 数独', 'c'.repeat(100_000), ...Array.from({ length: 9 }, (_, k) => `${k}`.repeat(9999))]; // prettier-ignore
    const rows = sources.map((source) => ROW.replace('me', `"${source}"`));
    const read = await readSudokuCsv(await fileOf(HEADER + rows.join('')));
    expect(Array.from(read, ({ source }) => source)).toEqual(sources);
  });

  it('may hold mazes that are not square, when told their width', async () => {
    const path = await fileOf(`${HEADER}me,S   G ,Soo G ,\nme,S G,SoG,\n`);
    expect((await errorOf(readMazeCsv(path, { width: 3, verify: 'format' }))).message).toMatch(
      /of 6 characters; got a question of 3/,
    );
    const wide = await fileOf(`${HEADER}me,S    G,So  oG,\n`);
    expect((await readMazeCsv(wide, { width: 3 })).at(0)).toMatchObject({ width: 3, height: 2 });
  });

  it('are refused when missing, too long, or with an endless row', async () => {
    expect((await errorOf(readSudokuCsv(join(dir, 'missing.csv')))).message).toMatch(/missing\.csv: ENOENT/);
    const path = await fileOf(HEADER + ROW.repeat(5));
    expect((await errorOf(readSudokuCsv(path, { maxRows: 4 }))).message).toMatch(/more rows than the 4 allowed/);
    const endless = await fileOf(`${HEADER}"${'1'.repeat(5 * 2 ** 20)}`);
    expect((await errorOf(readSudokuCsv(endless))).message).toMatch(/exceed|size/i);
  });
});

describe('CSV files that people have', () => {
  const [question, answer] = ['1.....3..4.....2', '1324423124133142'];

  it.each([
    ['of Kaggle, a million', 'quizzes,solutions\n', '1000003004000002,1324423124133142\n', {}],
    ['of Kaggle, nine million', 'puzzle,solution\n', '1000003004000002,1324423124133142\n', {}],
    [
      'of Kaggle, three million',
      'id,puzzle,solution,clues,difficulty\n',
      `1,${question},${answer},4,2.25\n`,
      { rating: 2.25 },
    ],
    ['with columns in any order', 'Rating, Answer ,Source,QUESTION\n', `-0.5,${answer},me,${question}\n`, { rating: -0.5, source: 'me' }],
    ['with spaces around the puzzles', 'question, answer\n', ` ${question}, ${answer} \n`, {}],
    ['without answers', 'sudoku\n', `${question}\n`, {}],
    ['with stars for blanks', 'question,answer\n', `1*****3**4*****2,${answer}\n`, {}],
    ['with spaces for blanks', 'question,answer\n', `1     3  4     2,${answer}\n`, {}],
    ['with x and _ for blanks', 'question,answer\n', `1xxXXx3__4_____2,${answer}\n`, {}],
    ['with comments', '# a "list", of some\n; by, me\nquestion,answer\n', `${question},${answer}\n# that, is, "all\n`, {}],
    ['with empty lines', '\nquestion,answer\n\n', `${question},${answer}\n  \n\n\n`, {}],
  ])('%s', async (_name, header, row, told) => {
    for (const change of [(text: string) => text, (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`]) {
      const puzzles = await readSudokuCsv(await fileOf(change(header + row)), { verify: 'unique' });
      expect(Array.from(puzzles, (puzzle) => formatSudoku(puzzle.question) + formatSudoku(puzzle.answer))).toEqual([
        question + answer,
      ]);
      expect(puzzles.at(0)).toMatchObject(told);
    }
  }); // prettier-ignore

  it('keep the mazes and sources that begin with #, and count lines through comments', async () => {
    const rows = '# one\n#S #  #G ,#S #o #G \n#, two, three\n#S #  #  ,#S #  #  \n';
    const error = await errorOf(readMazeCsv(await fileOf(`maze,path\n${rows}`)));
    expect([error.line, error.message]).toEqual([5, expect.stringContaining('no G')]);
    const sourced = await fileOf(`${HEADER}${ROW.replace('me', '#7')}#8, is missing\n${ROW.replace('me', ';9')}`);
    expect(Array.from(await readSudokuCsv(sourced), ({ source }) => source)).toEqual(['#7', ';9']);
  });

  it('may have a comment wherever a piece of the file that is read ends', async () => {
    for (let length = 65_480; length < 65_600; length += 7) {
      const filler = `# ${'"'.repeat(length)}\n`;
      const path = await fileOf(`${HEADER}${filler}# two\n${ROW}# three, "\n${ROW}`);
      expect(await readSudokuCsv(path)).toHaveLength(2);
    }
  });
});

describe('files of grids, a row a line', () => {
  const rows = ['53..7....', '6..195...', '.98....6.', '8...6...3', '4..8.3..1', '7...2...6', '.6....28.', '...419..5', '....8..79']; // prettier-ignore
  const easy = rows.join('');
  const boxes = (separator: string, rule: string) =>
    rows.flatMap((row, index) => [
      ...(index % 3 === 0 && index > 0 ? [rule] : []),
      row.replace(/(...)(...)(...)/, `$1${separator}$2${separator}$3`),
    ]);

  it.each([
    ['without separators', rows],
    ['with a line between boxes', boxes(' | ', '----+-----+----')],
    ['with frames', ['+---+---+---+', ...boxes('|', '+---+---+---+').map((row) => (row.startsWith('+') ? row : `|${row}|`)), '+---+---+---+']],
    ['with empty lines between boxes', boxes(' ', '')],
    ['with comments', ['# the one of Wikipedia', ...rows.map((row) => `${row} ; a row`), '; the end', '']],
    ['with spaces for blanks', rows.map((row) => row.replaceAll('.', ' '))],
    ['with spaces for blanks, in boxes', boxes('|', '---+---+---').map((row) => row.replaceAll('.', ' '))],
    ['with spaces between the cells', rows.map((row) => [...row].join(' '))],
    ['with zeros', rows.map((row) => row.replaceAll('.', '0'))],
    ['on one line, spaces for blanks', [easy.replaceAll('.', ' ')]],
  ])('%s', async (_name, lines) => {
    for (const change of [(text: string) => text, (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`]) {
      const puzzles = await readPuzzleLines(await fileOf(change(`${lines.join('\n')}\n\n${lines.join('\n')}\n${easy}`)));
      expect(Array.from(puzzles, ({ question }) => formatSudoku(question))).toEqual([easy, easy, easy]);
    }
  }); // prettier-ignore

  it('of 16x16 are told from puzzles of 4x4 by their digits', async () => {
    const { question } = generateSudoku(new SeededRandom(0), { size: 16 });
    const lines = formatSudoku(question).match(/.{16}/g)!;
    const [puzzle] = await readPuzzleLines(await fileOf(lines.join('\n')));
    expect(puzzle!.question).toEqual(question);
  });

  it('are sampled at random, the same for the same seed', async () => {
    const lines = generateSudokuPuzzles({ size: 4, count: 40 }).map(({ question }) => formatSudoku(question));
    const path = await fileOf(lines.join('\n'));
    const sample = async (seed: number) =>
      Array.from(await readPuzzleLines(path, { subsample: { count: 10, seed } }), ({ question }) =>
        formatSudoku(question),
      );
    expect(await sample(0)).toEqual(await sample(0));
    expect(new Set(await sample(0)).size).toBe(10);
    expect((await sample(0)).join()).not.toBe((await sample(1)).join());
    expect(lines).toEqual(expect.arrayContaining(await sample(1)));
    expect(await readPuzzleLines(path, { subsample: { count: 50 } })).toHaveLength(40);
    await expect(readPuzzleLines(path, { subsample: { count: 0 } })).rejects.toThrow('positive integer; got 0');
  });
});

describe('sudokuContradiction', () => {
  it.each([
    ['1..1............', '1 occurs twice in row 1: in row 1, column 1 and in row 1, column 4'],
    ['.2...........2..', '2 occurs twice in column 2: in row 1, column 2 and in row 4, column 2'],
    ['..3....3........', '3 occurs twice in the box of rows 1 to 2 and columns 3 to 4: in row 1, column 3 and in row 2, column 4'],
    ['.123.......4....', undefined],
    ['.123....4.......', 'no digit fits in row 1, column 1'],
    ['..12......4.4...', undefined],
    ['12..........3..3', '3 occurs twice in row 4: in row 4, column 1 and in row 4, column 4'],
    ['12.....3......3.', '3 fits nowhere in row 1'],
  ])('of %s', (text, expected) => {
    expect(sudokuContradiction(parseSudoku(text))).toBe(expected);
    if (expected !== undefined) expect(countSudokuSolutions(parseSudoku(text))).toBe(0);
  }); // prettier-ignore
});

describe('files of one puzzle a line', () => {
  it('are read and solved', async () => {
    const puzzles = await readPuzzleLines(testdata('sudoku-17-clue-100.txt'));
    expect(puzzles).toHaveLength(100);
    for (const { question, answer } of puzzles) expect(verifySudoku(question, answer).valid).toBe(true);
  });

  it('may have comments, empty lines, Windows line ends and 0 for blanks', async () => {
    const path = await fileOf('# two\r\n\r\n1000003004000002\r\n1.....3..4.....2');
    const [first, second] = await readPuzzleLines(path);
    expect(formatSudoku(first!.answer)).toBe('1324423124133142');
    expect(second).toEqual(first);
  });

  it.each([
    ['a foreign character', '1.....3..4.....2\n\n1.....3..4...?.2\n', 3, /:3:14: Unexpected "\?" in row 4, column 2/],
    ['another size', `1.....3..4.....2\n${'.'.repeat(81)}\n`, 2, /Expected 16 cells, or a row of 4; got 81/],
    ['a length that fits no size', '123\n', 1, /got 3/],
    ['no solution', '# one\n11..............\n', 2, /no solution: 1 occurs twice in row 1/],
    ['a grid cut short', '1 .|. .\n. .|3 .\n---+---\n. 4|. .\n', 1, /grid that begins here has 3 rows; expected 4/],
    ['a short row', '1 .|. .\n. .|3 .\n---+---\n. 4|.\n', 4, /Expected a row of 4 cells; got 3/],
    [
      'a digit beyond the size',
      '1 .|. .\n. .|5 .\n',
      2,
      /:2:5: A 4x4 Sudoku has digits 1 to 4; got 5 in row 2, column 3/,
    ],
    ['several solutions', '1...............\n', 1, /several solutions/],
  ])('are refused with %s, with the line', async (_name, content, line, message) => {
    const path = await fileOf(content);
    const error = await errorOf(readPuzzleLines(path));
    expect(error.message).toMatch(message);
    expect([error.path, error.line]).toEqual([path, line]);
  });

  it('with several solutions are read when allowed, and too hard ones refused', async () => {
    const path = await fileOf('1...............\n');
    expect(await readPuzzleLines(path, { allowSeveral: true })).toHaveLength(1);
    const hard = await fileOf(testLines('sudoku-extreme-40.csv')[1]!.split(',')[1]!);
    expect((await errorOf(readPuzzleLines(hard, { maxGuesses: 1 }))).message).toMatch(/not solved in 1 guesses/);
    const endless = await fileOf(`\n# ${'x'.repeat(2 ** 20)}`);
    expect(await errorOf(readPuzzleLines(endless))).toMatchObject({
      line: 2,
      message: expect.stringMatching(/at most 1048576 characters/),
    });
    expect((await errorOf(readPuzzleLines(hard, { maxFileBytes: 10 }))).message).toMatch(/at most 10/);
  });
});

// Windows has no named pipes in the file system.
describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to', () => {
  it('is refused at once, in place of any file', async () => {
    const folder = await mkdtemp(join(dir, 'pipes-'));
    const pipe = join(folder, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    for (const read of [readSudokuCsv, readPuzzleLines, (path: string) => readMazeCsv(path)]) {
      expect((await errorOf(read(pipe))).message).toBe(`${pipe}: it is a folder, pipe or device; expected a file`);
    }
  });
});
