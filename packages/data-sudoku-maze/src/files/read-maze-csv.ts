import { expectOptions } from '@hrm/files/internal';
import type { MazePuzzle } from '../maze/maze';
import { parseMaze } from '../maze/maze-text';
import { verifyMaze } from '../maze/paths/verify-maze';
import {
  CSV_OPTIONS,
  expectLengths,
  expectValid,
  parseColumn,
  readCsvPuzzleRows,
  type ReadCsvOptions,
} from './csv-puzzle-rows';
import { PuzzleTable } from './puzzle-table';

/**
 * Reads mazes from a CSV file. Cells are row by row, in the alphabet `# SGo`. The official columns are
 * `source,question,answer,rating`. They may be in any order, and have other common names (`maze,solution`). Comments
 * and empty lines are skipped as in `readSudokuCsv`. All mazes of a file have the same size.
 *
 * @param options which rows to read; `width`: default the square root of the length of the first row, as in the
 *   official code; `verify`: what to check: `'format'` only the characters, `'answer'` (default) also that the answer
 *   marks a shortest path.
 * @throws PuzzleFileError with path and line, for a wrong header, number of fields, length or character, and an answer
 *   that is not a shortest path.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readMazeCsv } from '@hrm/data-sudoku-maze/files';
 *
 * const path = join(tmpdir(), 'example-maze.csv');
 * await writeFile(path, 'source,question,answer,rating\nme,S # ##  G,S #o##ooG,\n');
 * console.log((await readMazeCsv(path)).length); // 1
 * ```
 */
export async function readMazeCsv(
  path: string,
  options: ReadCsvOptions & { width?: number; verify?: 'format' | 'answer' } = {},
): Promise<PuzzleTable<MazePuzzle>> {
  expectOptions('readMazeCsv', options, [...CSV_OPTIONS, 'width', 'verify']);
  let cells: number | undefined;
  let width = 0;
  const ofWidth = options.width === undefined ? {} : { width: options.width };
  const rows = await readCsvPuzzleRows(path, options, ['question', 'answer'], (row) => {
    const { source, question: questionText, answer: answerText = '', rating } = row;
    if (questionText === '') throw new Error('expected a maze; got an empty question');
    cells ??= questionText.length;
    expectLengths(cells, questionText, answerText);
    const question = parseColumn('question', () => parseMaze(questionText, ofWidth));
    const answer = parseColumn('answer', () => parseMaze(answerText, ofWidth));
    // Quoted line breaks are not cells, and would change the size of a maze.
    for (const maze of [question, answer]) if (maze.cells.length !== cells) throw new Error('expected no line breaks');
    if (options.verify !== 'format') expectValid(verifyMaze(question, answer.cells));
    width = question.width;
    return { question: question.cells, answer: answer.cells, source, rating };
  });
  return new PuzzleTable(rows, (row) => ({ width, height: row.question.length / width, ...row }));
}
