import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import type { MazePuzzle } from '../maze/maze';
import { parseMaze } from '../maze/maze-text';
import { verifyMaze } from '../maze/verify-maze';
import { SeededRandom } from '../seeded-random';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { solveSudoku } from '../sudoku/solve-sudoku';
import { geometryOfGrid, type SudokuSize } from '../sudoku/sudoku-geometry';
import { parseSudoku } from '../sudoku/sudoku-text';
import { verifySudoku } from '../sudoku/verify-sudoku';
import type { Verdict } from '../verdict';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows, PuzzleTable } from './puzzle-table';
import { openBounded } from './read-bounded';

/** Which rows of a CSV file are read. */
export interface ReadCsvOptions {
  /** Leave out rows whose rating is lower, or unknown. Default: keep all. */
  minRating?: number;
  /** Keep so many rows, chosen at random with the seed (default 0). Default: keep all. */
  subsample?: { count: number; seed?: number };
  /** More rows than this are an error. Default 10 million. */
  maxRows?: number;
}

/** How much of each row is checked: the characters, the answer too, or also that there is no other answer. */
export type SudokuRowCheck = 'format' | 'answer' | 'unique';

const HEADER = ['source', 'question', 'answer', 'rating'];
/** No row of a puzzle is longer. */
const MAX_ROW_CHARACTERS = 4 * 2 ** 20;
/** A proof of uniqueness that takes longer is given up. */
const MAX_GUESSES = 1_000_000;

interface Row {
  line: number;
  source: string;
  question: string;
  answer: string;
  rating: number | undefined;
}

function asRow(path: string, record: string[], line: number): Row {
  if (record.length !== HEADER.length) {
    throw new PuzzleFileError(path, `expected ${HEADER.join(', ')}; got ${record.length} fields`, { line });
  }
  const [source, question, answer, rating] = record as [string, string, string, string];
  // What the decoder puts for bytes that are no UTF-8.
  if (source.includes('\ufffd')) throw new PuzzleFileError(path, 'expected the source to be text in UTF-8', { line });
  if (!/^(?:-?[0-9]{1,15})?$/.test(rating)) {
    throw new PuzzleFileError(path, `expected the rating to be an integer or empty; got ${quote(rating)}`, { line });
  }
  return { line, source, question, answer, rating: rating === '' ? undefined : Number(rating) };
}

/** A field for an error message, shortened. */
const quote = (field: string): string => JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}...` : field);

/** Hands over each row after the header. Nothing is held but the piece of the file that is being read. */
async function eachRow(path: string, maxRows: number, take: (row: Row) => void): Promise<void> {
  let rows = -1;
  // The parser counts two lines for each Windows line end in quotes.
  let countedTwice = 0;
  const onRecord = (record: string[], { lines }: { lines: number }): null => {
    for (const field of record) if (field.includes('\r\n')) countedTwice += field.split('\r\n').length - 1;
    const line = lines - countedTwice;
    if (++rows > maxRows) throw new PuzzleFileError(path, `more rows than the ${maxRows} allowed`, { line });
    if (rows > 0) take(asRow(path, record, line));
    else if (record.join() !== HEADER.join()) {
      throw new PuzzleFileError(path, `expected the header ${HEADER.join()}; got ${quote(record.join())}`, { line });
    }
    return null;
  };
  const options = { bom: true, relax_column_count: true, max_record_size: MAX_ROW_CHARACTERS };
  try {
    // Rows are taken as they are parsed: an event for each would take longer than the row.
    const file = await openBounded(path, Infinity);
    // The stream closes the file, however it ends.
    await pipeline(file.createReadStream(), parse({ ...options, on_record: onRecord }).resume());
    if (rows < 0) throw new PuzzleFileError(path, `expected the header ${HEADER.join()}; got an empty file`);
  } catch (error) {
    const { lines } = error as { lines?: number };
    if (error instanceof PuzzleFileError || lines === undefined) throw asPuzzleFileError(path, error);
    throw new PuzzleFileError(path, (error as Error).message, { line: lines - countedTwice, cause: error });
  }
}

/** Reads each row that is wanted; what is wrong with one is told with its line. */
async function readRows(path: string, options: ReadCsvOptions, read: (row: Row) => PuzzleRow): Promise<PuzzleRows> {
  const { minRating = -Infinity, subsample, maxRows = 10_000_000 } = options;
  const random = new SeededRandom(subsample?.seed ?? 0);
  const puzzles = new PuzzleRows();
  let seen = 0;
  await eachRow(path, maxRows, (row) => {
    if ((row.rating ?? -Infinity) < minRating) return;
    let puzzle: PuzzleRow;
    try {
      puzzle = read(row);
    } catch (error) {
      throw new PuzzleFileError(path, (error as Error).message, { line: row.line, cause: error });
    }
    // Reservoir sampling: after n rows each is kept with the same chance, count / n.
    seen++;
    if (!subsample || puzzles.length < subsample.count) puzzles.set(puzzles.length, puzzle);
    else {
      const at = random.integer(seen);
      if (at < subsample.count) puzzles.set(at, puzzle);
    }
  });
  return puzzles;
}

function demandLengths(cells: number, question: string, answer: string): void {
  if (question.length === cells && answer.length === cells) return;
  const lengths = `a question of ${question.length} and answer of ${answer.length}`;
  throw new Error(`expected question and answer of ${cells} characters; got ${lengths}`);
}

function demand(verdict: Verdict): void {
  if (!verdict.valid) throw new Error(`the answer does not fit the question: ${verdict.reason}`);
}

/**
 * Reads Sudokus from a CSV file as the official data sets have it: `source,question,answer,rating`, cells row by row,
 * '.' or '0' for blank, the rating an integer or empty. All puzzles of a file have one size.
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
  const rows = await readRows(path, options, ({ source, question: questionText, answer: answerText, rating }) => {
    cells ??= geometryOfGrid(questionText).cells;
    demandLengths(cells, questionText, answerText);
    const size = Math.sqrt(cells) as SudokuSize;
    const question = parseSudoku(questionText, size);
    const answer = parseSudoku(answerText, size);
    if (answer.includes(0)) throw new Error('expected a digit in every cell of the answer');
    if (verify !== 'format') demand(verifySudoku(question, answer));
    if (verify === 'unique') {
      const { solutions, complete } = solveSudoku(question, { limit: 2, maxGuesses: MAX_GUESSES });
      if (solutions > 1) throw new Error('the question has several solutions; expected one');
      if (!complete) throw new Error(`whether the question has one solution is not known after ${MAX_GUESSES} guesses`);
    }
    return { question, answer, source, rating };
  });
  return new PuzzleTable(rows, (row) => row);
}

/**
 * Reads mazes from a CSV file as the official data sets have it: `source,question,answer,rating`, cells row by row in
 * the alphabet `# SGo`. All mazes of a file have one size.
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
  const rows = await readRows(path, options, ({ source, question: questionText, answer: answerText, rating }) => {
    if (questionText === '') throw new Error('expected a maze; got an empty question');
    cells ??= questionText.length;
    demandLengths(cells, questionText, answerText);
    const question = parseMaze(questionText, options);
    const answer = parseMaze(answerText, options);
    // Line breaks in quotes are no cells, and would give mazes other sizes.
    for (const maze of [question, answer]) if (maze.cells.length !== cells) throw new Error('expected no line breaks');
    if (options.verify !== 'format') demand(verifyMaze(question, answer.cells));
    width = question.width;
    return { question: question.cells, answer: answer.cells, source, rating };
  });
  return new PuzzleTable(rows, (row) => ({ width, height: row.question.length / width, ...row }));
}
