import { pipeline } from 'node:stream/promises';
import { PuzzleTextError, rowPlaces, type Subsample, type Verdict } from '@hrm/data';
import { openRegularFile } from '@hrm/files/node';
import { parse } from 'csv-parse';
import { type CsvColumns, findColumns, type PuzzleColumn } from './csv-columns';
import { CsvCommentRemover } from './csv-comments';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows } from './puzzle-table';

/** Options of the CSV readers: which rows to read. */
export interface ReadCsvOptions {
  /** Skip rows with a lower or unknown rating. Default: keep all. */
  minRating?: number;
  /** Keep a random sample of the rows. Default: keep all. */
  subsample?: Subsample;
  /** Maximum number of rows; more are an error. Default 10 million. */
  maxRows?: number;
}

/** Names of {@link ReadCsvOptions}. */
export const CSV_OPTIONS = ['minRating', 'subsample', 'maxRows'] satisfies (keyof ReadCsvOptions)[];

/** Maximum length of a row. */
const MAX_ROW_CHARACTERS = 4 * 2 ** 20;

/** A row of a puzzle file. */
interface CsvPuzzleRow {
  line: number;
  source: string | undefined;
  question: string;
  /** Undefined if the file has no column of answers. */
  answer: string | undefined;
  rating: number | undefined;
}

function asRow(path: string, record: string[], columns: CsvColumns, line: number): CsvPuzzleRow {
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
  take: (row: CsvPuzzleRow) => void,
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

/** Reads the puzzles of the selected rows. Errors name the line. */
export async function readCsvPuzzleRows(
  path: string,
  { minRating = -Infinity, subsample, maxRows = 10_000_000 }: ReadCsvOptions,
  needed: readonly PuzzleColumn[],
  read: (row: CsvPuzzleRow) => PuzzleRow,
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

/** Throws unless question and answer have as many characters as the puzzle has cells. */
export function expectLengths(cells: number, question: string, answer: string | undefined): void {
  if (question.length === cells && (answer ?? question).length === cells) return;
  const lengths = `a question of ${question.length}${answer === undefined ? '' : ` and answer of ${answer.length}`}`;
  throw new Error(`expected question and answer of ${cells} characters; got ${lengths}`);
}

/** Parses the puzzle of a column. Errors name the column and the character. */
export function parseColumn<T>(column: PuzzleColumn, parsePuzzle: () => T): T {
  try {
    return parsePuzzle();
  } catch (error) {
    if (!(error instanceof PuzzleTextError)) throw error;
    const place = error.position === undefined ? '' : `, character ${error.position + 1}`;
    throw new Error(`${column}${place}: ${error.message}`, { cause: error });
  }
}

/** Throws unless an answer fits its question. */
export function expectValid(verdict: Verdict): void {
  if (!verdict.valid) throw new Error(`the answer does not fit the question: ${verdict.reason}`);
}
