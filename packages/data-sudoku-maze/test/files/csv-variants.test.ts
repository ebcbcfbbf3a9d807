import { describe, expect, it } from 'vitest';
import { formatSudoku } from '../../src/index';
import { readMazeCsv, readSudokuCsv } from '../../src/files';
import { errorOf, fileOf } from '../temporary-files';
import { HEADER, ROW } from './csv-rows';

describe('a CSV file as others write it', () => {
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
  ])('is read %s', async (_name, header, row, expected) => {
    for (const change of [(text: string) => text, (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`]) {
      const puzzles = await readSudokuCsv(await fileOf(change(header + row)), { verify: 'unique' });
      expect(Array.from(puzzles, (puzzle) => formatSudoku(puzzle.question) + formatSudoku(puzzle.answer))).toEqual([
        question + answer,
      ]);
      expect(puzzles.at(0)).toMatchObject(expected);
    }
  }); // prettier-ignore

  it('keeps mazes and sources that begin with #, and counts the lines of comments', async () => {
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
