import { expectOptions } from '@hrm/files/internal';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { solveSudoku } from '../sudoku/solving/solve-sudoku';
import { sudokuContradiction } from '../sudoku/solving/sudoku-contradiction';
import { verifySudoku } from '../sudoku/solving/verify-sudoku';
import { geometryOfGrid, SUDOKU_SIZES, type SudokuSize } from '../sudoku/sudoku-geometry';
import { parseSudoku } from '../sudoku/text/sudoku-text';
import {
  CSV_OPTIONS,
  expectLengths,
  expectValid,
  parseColumn,
  readCsvPuzzleRows,
  type ReadCsvOptions,
} from './csv-puzzle-rows';
import { PuzzleTable } from './puzzle-table';

/** What to check in each row: the characters, also the answer, or also that the answer is unique. */
export type SudokuRowCheck = 'format' | 'answer' | 'unique';

/** Maximum number of guesses in a proof of uniqueness. */
const MAX_GUESSES = 1_000_000;

/** Trims the field of a Sudoku, unless the spaces around it are cells. */
function sudokuField(field: string, cells: number | undefined): string {
  const fits = cells === undefined ? SUDOKU_SIZES.some((size) => size ** 2 === field.length) : field.length === cells;
  return fits || /[\r\n]/.test(field) ? field : field.trim();
}

/** Returns the only answer of a question. @throws Error if there is no answer or more than one. */
function solveQuestion(question: Uint8Array): Uint8Array {
  const { solutions, answer, complete } = solveSudoku(question, { limit: 2, maxGuesses: MAX_GUESSES });
  if (solutions > 1) throw new Error('the question has several solutions; expected one');
  if (!complete) throw new Error(`could not prove in ${MAX_GUESSES} guesses that the question has one solution`);
  if (!answer) throw new Error(`the question has no solution: ${sudokuContradiction(question) ?? 'expected one'}`);
  return answer;
}

/**
 * Reads Sudokus from a CSV file. Cells are row by row, in the format of {@link parseSudoku}. The official columns are
 * `source,question,answer,rating`. They may be in any order, and have other common names (`quizzes,solutions`,
 * `puzzle,solution`, `difficulty`). Without a column of answers, each question is solved. The rating is a number or
 * empty. Empty lines and comments are skipped. A comment begins with '#' or ';' and has a different number of fields
 * than the header. All puzzles of a file have the same size.
 *
 * @param options which rows to read; `size`: the expected size, default that of the first row; `verify`: what to check:
 *   `'format'` only the characters, `'answer'` (default) also that the answer solves the question, `'unique'` also that
 *   it is the only answer.
 * @throws PuzzleFileError with path and line, for a wrong header, number of fields, length or character, a wrong
 *   answer, and a question without a solution or with several.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readSudokuCsv } from '@hrm/data-sudoku-maze/files';
 *
 * const path = join(tmpdir(), 'example-sudoku.csv');
 * await writeFile(path, 'source,question,answer,rating\nme,1.....3..4.....2,1324423124133142,0\n');
 * console.log((await readSudokuCsv(path, { verify: 'unique' })).length); // 1
 * ```
 */
export async function readSudokuCsv(
  path: string,
  options: ReadCsvOptions & { size?: SudokuSize; verify?: SudokuRowCheck } = {},
): Promise<PuzzleTable<SudokuPuzzle>> {
  expectOptions('readSudokuCsv', options, [...CSV_OPTIONS, 'size', 'verify']);
  const { verify = 'answer' } = options;
  let cells = options.size === undefined ? undefined : options.size ** 2;
  const rows = await readCsvPuzzleRows(
    path,
    options,
    ['question'],
    ({ source, question: questionField, answer, rating }) => {
      const questionText = sudokuField(questionField, cells);
      const answerText = answer === undefined ? undefined : sudokuField(answer, cells);
      cells ??= geometryOfGrid(new Uint8Array(questionText.length)).cells;
      expectLengths(cells, questionText, answerText);
      const size = Math.sqrt(cells) as SudokuSize;
      const question = parseColumn('question', () => parseSudoku(questionText, size));
      if (answerText === undefined) return { question, answer: solveQuestion(question), source, rating };
      const answered = parseColumn('answer', () => parseSudoku(answerText, size));
      if (answered.includes(0)) throw new Error('expected a digit in every cell of the answer');
      if (verify !== 'format') expectValid(verifySudoku(question, answered));
      if (verify === 'unique') solveQuestion(question);
      return { question, answer: answered, source, rating };
    },
  );
  return new PuzzleTable(rows, (row) => row);
}
