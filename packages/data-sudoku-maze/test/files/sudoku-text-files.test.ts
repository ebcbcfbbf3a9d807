import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import { formatSudoku, generateSudoku, generateSudokuPuzzles, verifySudoku } from '../../src/index';
import { readPuzzleLines } from '../../src/files';
import { errorOf, fileOf } from '../temporary-files';
import { testdata, testLines } from '../testdata';

describe('a text file with a puzzle on each line', () => {
  it('is read and solved', async () => {
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
  ])('is refused for %s, with the line', async (_name, content, line, message) => {
    const path = await fileOf(content);
    const error = await errorOf(readPuzzleLines(path));
    expect(error.message).toMatch(message);
    expect([error.path, error.line]).toEqual([path, line]);
  });

  it('may hold puzzles with several solutions when allowed, and is refused when too hard or too long', async () => {
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

  it('is sampled at random, the same for the same seed', async () => {
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

describe('a text file with a row of the grid on each line', () => {
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
  ])('is read %s', async (_name, lines) => {
    for (const change of [(text: string) => text, (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`]) {
      const puzzles = await readPuzzleLines(await fileOf(change(`${lines.join('\n')}\n\n${lines.join('\n')}\n${easy}`)));
      expect(Array.from(puzzles, ({ question }) => formatSudoku(question))).toEqual([easy, easy, easy]);
    }
  }); // prettier-ignore

  it('is read as 16x16, and not as puzzles of 4x4, if it has the digits of 16x16', async () => {
    const { question } = generateSudoku(new SeededRandom(0), { size: 16 });
    const lines = formatSudoku(question).match(/.{16}/g)!;
    const [puzzle] = await readPuzzleLines(await fileOf(lines.join('\n')));
    expect(puzzle!.question).toEqual(question);
  });
});
