import { pipeline } from 'node:stream/promises';
import { openRegularFile } from '@hrm/files/node';
import { parse } from 'csv-parse';
import type { MazePuzzle } from '../maze/maze';
import { parseMaze } from '../maze/maze-text';
import { verifyMaze } from '../maze/paths/verify-maze';
import { PuzzleTextError } from '../puzzle-text-error';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { solveSudoku } from '../sudoku/solving/solve-sudoku';
import { sudokuContradiction } from '../sudoku/solving/sudoku-contradiction';
import { geometryOfGrid, SUDOKU_SIZES, type SudokuSize } from '../sudoku/sudoku-geometry';
import { parseSudoku } from '../sudoku/text/sudoku-text';
import { verifySudoku } from '../sudoku/solving/verify-sudoku';
import type { Verdict } from '../verdict';
import { type CsvColumns, findColumns, type PuzzleColumn } from './csv-columns';
import { CsvCommentRemover } from './csv-comments';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows, PuzzleTable } from './puzzle-table';
import { rowPlaces, type Subsample } from './row-sample';

/** Which rows of a CSV file are read. */
export interface ReadCsvOptions {
  /** Leave out rows whose rating is lower, or unknown. Default: keep all. */
  minRating?: number;
  /** Keep so many rows, chosen at random with the seed (default 0). Default: keep all. */
  subsample?: Subsample;
  /** More rows than this are an error. Default 10 million. */
  maxRows?: number;
}

/** How much of each row is checked: the characters, the answer too, or also that there is no other answer. */
export type SudokuRowCheck = 'format' | 'answer' | 'unique';

/** No row of a puzzle is longer. */
const MAX_ROW_CHARACTERS = 4 * 2 ** 20;
/** A proof of uniqueness that takes longer is given up. */
const MAX_GUESSES = 1_000_000;

interface Row {
  line: number;
  source: string | undefined;
  question: string;
  /** Undefined where the file has no column of answers. */
  answer: string | undefined;
  rating: number | undefined;
}

function asRow(path: string, record: string[], columns: CsvColumns, line: number): Row {
  if (record.length !== columns.count) {
    throw new PuzzleFileError(path, `expected ${columns.count} fields as the header; got ${record.length} fields`, {
      line,
    });
  }
  const field = (column: PuzzleColumn): string | undefined => {
    const at = columns[column];
    return at === undefined ? undefined : record[at];
  };
  const source = field('source');
  const rating = (field('rating') ?? '').trim();
  // What the decoder puts for bytes that are no UTF-8.
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

/** A field for an error message, shortened. */
const quote = (field: string): string => JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}...` : field);

/** Hands over each row after the header. Nothing is held but the piece of the file that is being read. */
async function eachRow(
  path: string,
  { maxRows, needed }: { maxRows: number; needed: readonly PuzzleColumn[] },
  take: (row: Row) => void,
): Promise<void> {
  let rows = 0;
  let columns: CsvColumns | undefined;
  // The parser counts two lines for each Windows line end in quotes.
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

/** Reads each row that is wanted; what is wrong with one is told with its line. */
async function readRows(
  path: string,
  { minRating = -Infinity, subsample, maxRows = 10_000_000 }: ReadCsvOptions,
  needed: readonly PuzzleColumn[],
  read: (row: Row) => PuzzleRow,
): Promise<PuzzleRows> {
  const placeOfNext = rowPlaces(subsample);
  const puzzles = new PuzzleRows();
  await eachRow(path, { maxRows, needed }, (row) => {
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

function demandLengths(cells: number, question: string, answer: string | undefined): void {
  if (question.length === cells && (answer ?? question).length === cells) return;
  const lengths = `a question of ${question.length}${answer === undefined ? '' : ` and answer of ${answer.length}`}`;
  throw new Error(`expected question and answer of ${cells} characters; got ${lengths}`);
}

/** Reads a puzzle in a column; what is wrong is told with the column and the character in it. */
function inColumn<T>(column: PuzzleColumn, parsePuzzle: () => T): T {
  try {
    return parsePuzzle();
  } catch (error) {
    if (!(error instanceof PuzzleTextError)) throw error;
    const place = error.position === undefined ? '' : `, character ${error.position + 1}`;
    throw new Error(`${column}${place}: ${error.message}`, { cause: error });
  }
}

function demand(verdict: Verdict): void {
  if (!verdict.valid) throw new Error(`the answer does not fit the question: ${verdict.reason}`);
}

/** A Sudoku in a field, without the spaces around it where these are no cells. */
function sudokuField(field: string, cells: number | undefined): string {
  const fits = cells === undefined ? SUDOKU_SIZES.some((size) => size ** 2 === field.length) : field.length === cells;
  return fits || /[\r\n]/.test(field) ? field : field.trim();
}

/** The only answer of a question. @throws Error where there is none, or another. */
function solveQuestion(question: Uint8Array): Uint8Array {
  const { solutions, answer, complete } = solveSudoku(question, { limit: 2, maxGuesses: MAX_GUESSES });
  if (solutions > 1) throw new Error('the question has several solutions; expected one');
  if (!complete) throw new Error(`whether the question has one solution is not known after ${MAX_GUESSES} guesses`);
  if (!answer) throw new Error(`the question has no solution: ${sudokuContradiction(question) ?? 'expected one'}`);
  return answer;
}

/**
 * Reads Sudokus from a CSV file, cells row by row, blanks as {@link parseSudoku} reads them. The official data sets have
 * the columns `source,question,answer,rating`; any order will do, and other names in use (`quizzes,solutions`,
 * `puzzle,solution`, `difficulty`). Without a column of answers each question is solved. The rating is a number or empty.
 * Comments (lines that begin with '#' or ';' and have not as many fields as the header) and empty lines are skipped. All
 * puzzles of a file have one size.
 *
 * @param options which rows; `size`: the size expected, default that of the first row; `verify`: `'format'` only the
 *   characters, `'answer'` (default) also that the answer completes the question, `'unique'` also that no other does.
 * @throws PuzzleFileError with path and line: wrong header or number of fields, wrong length, foreign characters, an
 *   answer that does not fit, no or several solutions.
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
  const { verify = 'answer' } = options;
  let cells = options.size === undefined ? undefined : options.size ** 2;
  const rows = await readRows(path, options, ['question'], ({ source, question: questionField, answer, rating }) => {
    const questionText = sudokuField(questionField, cells);
    const answerText = answer === undefined ? undefined : sudokuField(answer, cells);
    cells ??= geometryOfGrid(questionText).cells;
    demandLengths(cells, questionText, answerText);
    const size = Math.sqrt(cells) as SudokuSize;
    const question = inColumn('question', () => parseSudoku(questionText, size));
    if (answerText === undefined) return { question, answer: solveQuestion(question), source, rating };
    const answered = inColumn('answer', () => parseSudoku(answerText, size));
    if (answered.includes(0)) throw new Error('expected a digit in every cell of the answer');
    if (verify !== 'format') demand(verifySudoku(question, answered));
    if (verify === 'unique') solveQuestion(question);
    return { question, answer: answered, source, rating };
  });
  return new PuzzleTable(rows, (row) => row);
}

/**
 * Reads mazes from a CSV file, cells row by row in the alphabet `# SGo`. The official data sets have the columns
 * `source,question,answer,rating`; any order will do, and other names in use (`maze,solution`). Comments and empty lines
 * are skipped as by {@link readSudokuCsv}. All mazes of a file have one size.
 *
 * @param options which rows; `width`: default the square root of the length of the first row, as the official code has
 *   it; `verify`: `'format'` only the characters, `'answer'` (default) also that it marks a shortest path.
 * @throws PuzzleFileError with path and line: wrong header or number of fields, wrong length, foreign characters, an
 *   answer that is no shortest path.
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
  let cells: number | undefined;
  let width = 0;
  const rows = await readRows(path, options, ['question', 'answer'], (row) => {
    const { source, question: questionText, answer: answerText = '', rating } = row;
    if (questionText === '') throw new Error('expected a maze; got an empty question');
    cells ??= questionText.length;
    demandLengths(cells, questionText, answerText);
    const question = inColumn('question', () => parseMaze(questionText, options));
    const answer = inColumn('answer', () => parseMaze(answerText, options));
    // Line breaks in quotes are no cells, and would give mazes other sizes.
    for (const maze of [question, answer]) if (maze.cells.length !== cells) throw new Error('expected no line breaks');
    if (options.verify !== 'format') demand(verifyMaze(question, answer.cells));
    width = question.width;
    return { question: question.cells, answer: answer.cells, source, rating };
  });
  return new PuzzleTable(rows, (row) => ({ width, height: row.question.length / width, ...row }));
}
