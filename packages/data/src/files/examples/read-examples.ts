import { extname } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { expectOptions, expectText, parseJson } from '@hrm/files/internal';
import { ExampleRows, ExampleTable } from '../../import/example-table';
import { parseRawSequence, shownValue, type RawExample, type RawKind } from '../../import/raw-example';
import { readCsvRows, readTsvRows } from './csv-rows';
import type { FileRow, RowReader } from './example-rows';
import { readJsonLineRows } from './json-line-rows';
import { readParquetRows } from './parquet-rows';

const READERS = { jsonl: readJsonLineRows, csv: readCsvRows, tsv: readTsvRows, parquet: readParquetRows };

/** A format of files of examples. */
export type ExampleFormat = keyof typeof READERS;

/** The formats, by the ends of file names. */
const FORMATS: { readonly [extension: string]: ExampleFormat } = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
};

/** Options of {@link readExamples}. */
export interface ReadExamplesOptions {
  /** Default: by the end of the file's name, `.jsonl`, `.csv`, `.tsv` or `.parquet`. */
  format?: ExampleFormat | undefined;
  /** The column of questions. Default `input`. */
  inputColumn?: string | undefined;
  /** The column of answers. Default `output`. */
  outputColumn?: string | undefined;
  /** The column of ids; it may be missing. Default `id`. */
  idColumn?: string | undefined;
  /** The column of ratings. Default `rating`. */
  ratingColumn?: string | undefined;
  /** Skip examples with a lower or no rating. Default: keep all. */
  minRating?: number | undefined;
  /** Read at most this many examples. Default: all. */
  limit?: number | undefined;
  /** Whether text is JSON, such as the grid `[[0, 1], [1, 0]]` in a CSV file. Default false. */
  json?: boolean | undefined;
  /** A file with more examples is refused. Default 10 million. */
  maxExamples?: number | undefined;
  /** Size limit of a line, in bytes. Default 4 MiB. */
  maxRowBytes?: number | undefined;
}

const OPTIONS = [
  'format',
  'inputColumn',
  'outputColumn',
  'idColumn',
  'ratingColumn',
  'minRating',
  'limit',
  'json',
  'maxExamples',
  'maxRowBytes',
] satisfies (keyof ReadExamplesOptions)[];

/** @throws RangeError if the name does not show the format. */
function formatOf(path: string): ExampleFormat {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format) return format;
  throw new RangeError(`${path}: the format is not known by its name; expected ${Object.keys(FORMATS).join(', ')}`);
}

/** Checks the values of a row. */
class RowChecker {
  /** The kind of the first example, and its line. */
  #first: { kind: RawKind; line: number } | undefined;

  constructor(
    readonly path: string,
    readonly word: 'line' | 'row',
    readonly json: boolean,
  ) {}

  /** The kind of the examples. @throws FileFormatError if there was none. */
  get kind(): RawKind {
    return this.#first!.kind;
  }

  fail(line: number, problem: string, expected: string): never {
    const place = this.word === 'line' ? { line, problem } : { problem: `row ${line}: ${problem}` };
    throw new FileFormatError({ path: this.path, ...place, expected });
  }

  check({ line, input, output, id }: FileRow): RawExample {
    const question = this.#sequence(line, input, 'input');
    const answer = this.#sequence(line, output, 'output');
    if (question.length === 0) this.fail(line, 'the input is empty', 'a question');
    return { input: question, output: answer, id: this.#id(line, id), line };
  }

  rating(line: number, value: unknown): number {
    if (value === undefined || value === null || value === '') return -Infinity;
    const rating = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
    if (typeof rating === 'number' && Number.isFinite(rating)) return rating;
    return this.fail(line, `the rating is ${shownValue(value)}`, 'a number');
  }

  #sequence(line: number, value: unknown, name: 'input' | 'output') {
    const parsed = parseRawSequence(
      this.json && typeof value === 'string' ? this.#json(line, value, name) : value,
      name,
    );
    if ('problem' in parsed) return this.fail(line, parsed.problem, parsed.expected);
    this.#first ??= { kind: parsed.kind, line };
    const { kind, line: first } = this.#first;
    if (parsed.kind !== kind) {
      this.fail(line, `the ${name} is ${WORDS[parsed.kind]}`, `${WORDS[kind]}, as in ${this.word} ${first}`);
    }
    return parsed.value;
  }

  #json(line: number, text: string, name: string): unknown {
    try {
      return parseJson(text);
    } catch {
      return this.fail(line, `the ${name} is ${JSON.stringify(text.slice(0, 40))}`, 'JSON, such as [[0, 1], [1, 0]]');
    }
  }

  #id(line: number, id: unknown): string | undefined {
    if (id === undefined || id === null) return undefined;
    if (typeof id === 'string' || Number.isInteger(id)) return String(id);
    return this.fail(line, `the id is ${shownValue(id)}`, 'text or a whole number');
  }
}

const WORDS: { readonly [kind in RawKind]: string } = { text: 'text', numbers: 'a list of numbers', grid: 'a grid' };

/**
 * Reads questions and answers from a file: JSONL (an object on each line), CSV or TSV with a header, or Parquet. Each
 * is text, a list of whole numbers, or a grid of whole numbers, and all of a file are of one kind. Other columns are
 * ignored. Streams the file.
 *
 * @throws FileFormatError with the line, for anything else; RangeError if the format is not known.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readExamples } from '@hrm/data/files';
 *
 * const path = join(tmpdir(), 'example-sums.jsonl');
 * await writeFile(path, '{"question": "1+2", "answer": "3"}\n{"question": "4+4", "answer": "8"}\n');
 * const examples = await readExamples(path, { inputColumn: 'question', outputColumn: 'answer' });
 * for (const { input, output } of examples) console.log(input, output); // 1+2 3, then 4+4 8
 * ```
 */
export async function readExamples(path: string, options: ReadExamplesOptions = {}): Promise<ExampleTable> {
  expectText('readExamples', path);
  expectOptions('readExamples', options, OPTIONS);
  const { format = formatOf(path), minRating, limit = Infinity, json = false, maxExamples = 10_000_000 } = options;
  const { inputColumn = 'input', outputColumn = 'output', idColumn = 'id', ratingColumn = 'rating' } = options;
  const checker = new RowChecker(path, format === 'parquet' ? 'row' : 'line', json);
  const needsRating = minRating !== undefined && format !== 'jsonl';
  let rows: ExampleRows | undefined;
  try {
    const read: RowReader = READERS[format];
    const batches = read({
      path,
      columns: { input: inputColumn, output: outputColumn, id: idColumn, rating: ratingColumn },
      needed: ['input', 'output', ...(needsRating ? (['rating'] as const) : [])],
      maxRowBytes: options.maxRowBytes ?? 4 * 2 ** 20,
    });
    reading: for await (const batch of batches) {
      for (const row of batch) {
        if (minRating !== undefined && checker.rating(row.line, row.rating) < minRating) continue;
        if ((rows?.length ?? 0) >= limit) break reading;
        const example = checker.check(row);
        rows ??= new ExampleRows(checker.kind);
        if (rows.length >= maxExamples) checker.fail(row.line, 'the file has more examples', `at most ${maxExamples}`);
        rows.push(example);
      }
    }
  } catch (error) {
    if (error instanceof FileFormatError && error.path !== undefined) throw error;
    throw new FileFormatError({ path, problem: (error as Error).message, cause: error });
  }
  if (rows) return new ExampleTable(rows);
  const problem = minRating === undefined ? 'it holds no examples' : `no example has a rating of at least ${minRating}`;
  throw new FileFormatError({ path, problem, expected: 'at least one' });
}
