import { pipeline } from 'node:stream/promises';
import { rowPlaces, type Subsample } from '@hrm/data';
import { openRegularFile } from '@hrm/files/node';
import { parse } from 'csv-parse';
import type { MazePuzzle } from '../maze/maze';
import { parseMaze } from '../maze/maze-text';
import { verifyMaze } from '../maze/paths/verify-maze';
import { PuzzleTextError } from '@hrm/data';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { solveSudoku } from '../sudoku/solving/solve-sudoku';
import { sudokuContradiction } from '../sudoku/solving/sudoku-contradiction';
import { geometryOfGrid, SUDOKU_SIZES, type SudokuSize } from '../sudoku/sudoku-geometry';
import { parseSudoku } from '../sudoku/text/sudoku-text';
import { verifySudoku } from '../sudoku/solving/verify-sudoku';
import type { Verdict } from '@hrm/data';
import { expectOptions } from '@hrm/files/internal';
import { type CsvColumns, findColumns, type PuzzleColumn } from './csv-columns';
import { CsvCommentRemover } from './csv-comments';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows, PuzzleTable } from './puzzle-table';

/** Options of the CSV readers: which rows to read. */
export interface ReadCsvOptions {
  /** Skip rows with a lower or unknown rating. Default: keep all. */
  minRating?: number;
  /** Keep a random sample of the rows. Default: keep all. */
  subsample?: Subsample;
  /** Maximum number of rows; more are an error. Default 10 million. */
  maxRows?: number;
}

const OPTIONS = ['minRating', 'subsample', 'maxRows'] satisfies (keyof ReadCsvOptions)[];

/** What to check in each row: the characters, also the answer, or also that the answer is unique. */
export type SudokuRowCheck = 'format' | 'answer' | 'unique';

/** Maximum length of a row. */
const MAX_ROW_CHARACTERS = 4 * 2 ** 20;
/** Maximum number of guesses in a proof of uniqueness. */
const MAX_GUESSES = 1_000_000;

interface Row {
  line: number;
  source: string | undefined;
  question: string;
  /** Undefined if the file has no column of answers. */
  answer: string | undefined;
  rating: number | undefined;
}

function asRow(path: string, record: string[], columns: CsvColumns, line: number): Row {
  if (record.length !== columns.count) {
    throw new PuzzleFileError(path, `expected ${columns.count} fields, as in the header; got ${record.length} fields`, {
      line,
    });
  }
  const field = (column: PuzzleColumn): string | undefined => {
    const at = columns[column];
    return at === undefined ? undefined : record[at];
  };
  const source = field('source');
  const rating = (field('rating') ?? '').trim();
  // The decoder puts this character in place of bytes that are not UTF-8.
  if (source?.includes('\ufffd')) throw new PuzzleFileError(path, 'expected the source to be text in UTF-8', { line });
  if (!/^(?:-?[0-9]{1,15}(?:\.[0-9]{0,20})?(?:e[-+]?[0-9]{1,2})?)?$/i.test(rating)) {
    throw new PuzzleFileError(path, `expected the rating to be a number or empty; got ${quote(rating)}`, { line });
  }
  return {
    line,
    source,
    question: field('question')!,
    answer: field('answer'),
    rating: rating === '' ? undefined : Number(rating),
  };
}

/** Quotes a field for an error message, shortened. */
const quote = (field: string): string => JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}...` : field);

/** Calls `take` for each row after the header. Streams the file. */
async function eachRow(
  path: string,
  { maxRows, needed }: { maxRows: number; needed: readonly PuzzleColumn[] },
  take: (row: Row) => void,
): Promise<void> {
  let rows = 0;
  let columns: CsvColumns | undefined;
  // The parser counts each Windows line end in quotes as two lines.
  let countedTwice = 0;
  const onRecord = (record: string[], { lines }: { lines: number }): null => {
    for (const field of record) if (field.includes('\r\n')) countedTwice += field.split('\r\n').length - 1;
    const line = lines - countedTwice;
    if (record.length === 1 && record[0]!.trim() === '' && columns?.count !== 1) return null;
    if (!columns) {
      try {
        columns = findColumns(record, needed);
      } catch (error) {
        throw new PuzzleFileError(path, (error as Error).message, { line });
      }
      return null;
    }
    if (++rows > maxRows) throw new PuzzleFileError(path, `more rows than the ${maxRows} allowed`, { line });
    take(asRow(path, record, columns, line));
    return null;
  };
  const options = { bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_ROW_CHARACTERS };
  try {
    // Rows are taken as they are parsed: an event for each would take longer than the row.
    const file = await openRegularFile(path);
    const rowsOf = parse({ ...options, on_record: onRecord }).resume();
    // The stream closes the file, however it ends.
    await pipeline(file.createReadStream(), new CsvCommentRemover(MAX_ROW_CHARACTERS), rowsOf);
    if (!columns) throw new PuzzleFileError(path, 'expected a header such as question,answer; got an empty file');
  } catch (error) {
    const { lines } = error as { lines?: number };
    if (error instanceof PuzzleFileError || lines === undefined) throw asPuzzleFileError(path, error);
    throw new PuzzleFileError(path, (error as Error).message, { line: lines - countedTwice, cause: error });
  }
}

/** Parses the selected rows into a table. Errors name the line. */
async function readRows(
  path: string,
  { minRating = -Infinity, subsample, maxRows = 10_000_000 }: ReadCsvOptions,
  needed: readonly PuzzleColumn[],
  read: (row: Row) => PuzzleRow,
): Promise<PuzzleRows> {
  const placeOfNext = rowPlaces(subsample);
  const puzzles = new PuzzleRows();
  const alsoRating = minRating === -Infinity ? needed : [...needed, 'rating' as const];
  await eachRow(path, { maxRows, needed: alsoRating }, (row) => {
    if ((row.rating ?? -Infinity) < minRating) return;
    let puzzle: PuzzleRow;
    try {
      puzzle = read(row);
    } catch (error) {
      throw new PuzzleFileError(path, (error as Error).message, { line: row.line, cause: error });
    }
    const place = placeOfNext();
    if (place !== undefined) puzzles.set(place, puzzle);
  });
  return puzzles;
}

function expectLengths(cells: number, question: string, answer: string | undefined): void {
  if (question.length === cells && (answer ?? question).length === cells) return;
  const lengths = `a question of ${question.length}${answer === undefined ? '' : ` and answer of ${answer.length}`}`;
  throw new Error(`expected question and answer of ${cells} characters; got ${lengths}`);
}

/** Parses the puzzle of a column. Errors name the column and the character. */
function parseColumn<T>(column: PuzzleColumn, parsePuzzle: () => T): T {
  try {
    return parsePuzzle();
  } catch (error) {
    if (!(error instanceof PuzzleTextError)) throw error;
    const place = error.position === undefined ? '' : `, character ${error.position + 1}`;
    throw new Error(`${column}${place}: ${error.message}`, { cause: error });
  }
}

function expectValid(verdict: Verdict): void {
  if (!verdict.valid) throw new Error(`the answer does not fit the question: ${verdict.reason}`);
}

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
  expectOptions('readSudokuCsv', options, [...OPTIONS, 'size', 'verify']);
  const { verify = 'answer' } = options;
  let cells = options.size === undefined ? undefined : options.size ** 2;
  const rows = await readRows(path, options, ['question'], ({ source, question: questionField, answer, rating }) => {
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
  });
  return new PuzzleTable(rows, (row) => row);
}

/**
 * Reads mazes from a CSV file. Cells are row by row, in the alphabet `# SGo`. The official columns are
 * `source,question,answer,rating`. They may be in any order, and have other common names (`maze,solution`). Comments
 * and empty lines are skipped as in {@link readSudokuCsv}. All mazes of a file have the same size.
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
  expectOptions('readMazeCsv', options, [...OPTIONS, 'width', 'verify']);
  let cells: number | undefined;
  let width = 0;
  const ofWidth = options.width === undefined ? {} : { width: options.width };
  const rows = await readRows(path, options, ['question', 'answer'], (row) => {
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
