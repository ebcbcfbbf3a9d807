import { FileFormatError } from '@hrm/files';
import { parse } from 'csv-parse';
import { type ExampleColumn, type FileRow, missingColumn, type RowReader } from './example-rows';
import { readTextPieces } from './utf8-text';

const LINE_END = /\r\n|\n|\r/;

/** Where each column is in a row; undefined for a missing column. */
type Places = Readonly<Record<ExampleColumn, number | undefined>>;

/** Reads the rows of a text file with a header and fields that may be quoted. Skips empty lines. */
const readDelimitedRows = (delimiter: ',' | '\t'): RowReader =>
  async function* ({ path, columns, needed, maxRowBytes }) {
    let header: string[] | undefined;
    let places: Places | undefined;
    let rows: FileRow[] = [];
    /** The line on which the next record begins, not counting empty lines. */
    let nextLine = 1;
    const readHeader = (record: string[], line: number): void => {
      header = record.map((name) => name.trim());
      const find = (column: ExampleColumn): number | undefined => {
        const name = columns[column];
        const at = header!.indexOf(name);
        if (at < 0 && needed.includes(column)) throw missingColumn(path, name, header!, line);
        if (at >= 0 && header!.lastIndexOf(name) !== at) {
          const problem = `two columns have the name ${JSON.stringify(name)}`;
          throw new FileFormatError({ path, line, problem, expected: 'different names' });
        }
        return at < 0 ? undefined : at;
      };
      places = { input: find('input'), output: find('output'), id: find('id'), rating: find('rating') };
    };
    const onRecord = (record: string[], { empty_lines: emptyLines }: { empty_lines: number }): null => {
      const line = nextLine + emptyLines;
      nextLine++;
      for (const field of record) if (/[\r\n]/.test(field)) nextLine += field.split(LINE_END).length - 1;
      if (record.length === 1 && record[0]!.trim() === '') return null;
      if (!header || !places) {
        readHeader(record, line);
        return null;
      }
      if (record.length !== header.length) {
        const problem = `it has ${record.length} fields`;
        throw new FileFormatError({ path, line, problem, expected: `${header.length} fields, as in the header` });
      }
      const field = (at: number | undefined) => (at === undefined ? undefined : record[at]);
      const { input, output, id, rating } = places;
      rows.push({
        line,
        input: field(input),
        output: field(output),
        id: field(id) || undefined,
        rating: field(rating),
      });
      return null;
    };
    const parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: delimiter === '\t',
      skip_empty_lines: true,
      max_record_size: maxRowBytes,
      on_record: onRecord,
    });
    parser.resume();
    const failed = new Promise<never>((_, reject) => parser.on('error', reject));
    failed.catch(() => undefined);
    const send = (give: (done: () => void) => void): Promise<void> =>
      Promise.race([failed, new Promise<void>((resolve) => give(resolve))]);
    try {
      for await (const { text } of readTextPieces(path, maxRowBytes)) {
        await send((done) => parser.write(text, () => done()));
        yield rows;
        rows = [];
      }
      await send((done) => parser.on('end', done).end());
      yield rows;
    } catch (error) {
      const { empty_lines: emptyLines } = error as { empty_lines?: number };
      if (error instanceof FileFormatError || emptyLines === undefined) throw error;
      throw new FileFormatError({ path, line: nextLine + emptyLines, problem: (error as Error).message, cause: error });
    } finally {
      parser.destroy();
    }
    if (!header) throw missingColumn(path, columns.input, []);
  };

/** Reads the rows of a CSV file. */
export const readCsvRows = readDelimitedRows(',');

/** Reads the rows of a TSV file. A quote within a field stands for itself. */
export const readTsvRows = readDelimitedRows('\t');
