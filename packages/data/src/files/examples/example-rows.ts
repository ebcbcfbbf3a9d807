import { FileFormatError } from '@hrm/files';

/** The columns that a reader of examples uses. */
export type ExampleColumn = 'input' | 'output' | 'id' | 'rating';

/** The name of each column in the file. */
export type ColumnNames = Readonly<Record<ExampleColumn, string>>;

/** The values of one example, not checked yet. A missing value is undefined or null. */
export type FileRow = { line: number } & Readonly<Partial<Record<ExampleColumn, unknown>>>;

/** What a reader of one format is given. */
export interface RowSource {
  path: string;
  columns: ColumnNames;
  /** Columns that must exist. Other columns may be missing. */
  needed: readonly ExampleColumn[];
  /** Size limit of a line, and of each value in other formats, in bytes. */
  maxRowBytes: number;
}

/** Reads the rows of a file, in batches. */
export type RowReader = (source: RowSource) => AsyncGenerator<FileRow[], void, undefined>;

const MAX_LISTED = 20;

/** The error for a column that a file does not have. */
export function missingColumn(path: string, name: string, found: readonly string[], line?: number): FileFormatError {
  const names = found.slice(0, MAX_LISTED).map((column) => JSON.stringify(column.slice(0, 60)));
  const more = found.length > MAX_LISTED ? ` and ${found.length - MAX_LISTED} more` : '';
  return new FileFormatError({
    path,
    problem: `there is no column ${JSON.stringify(name)}`,
    expected: names.length === 0 ? 'columns' : `one of its columns: ${names.join(', ')}${more}`,
    ...(line !== undefined && { line }),
  });
}
