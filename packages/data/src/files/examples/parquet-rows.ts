import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { FileFormatError } from '@hrm/files';
import { openRegularFile } from '@hrm/files/node';
import type { ColumnMetaData, Compressors, FileMetaData, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { getSchemaPath } from 'hyparquet/src/schema.js';
import { type ExampleColumn, type FileRow, missingColumn, type RowReader } from './example-rows';
import { expectRunsOfPage } from './parquet-runs';

/** Limits of what a file may say of itself. A row group is read at once. */
const MAX_FOOTER_BYTES = 64 * 2 ** 20;
const MAX_GROUP_BYTES = 2 ** 30;
const MAX_GROUP_ROWS = 10_000_000;
const MAX_GROUP_VALUES = 2 ** 27;
/** Equal values take almost no bytes. A column may have the first number of values, and the second more for each byte. */
const [FREE_VALUES, VALUES_PER_BYTE] = [2 ** 22, 1000];
const MAX_PAGE_BYTES = 2 ** 28;

/** Decompressors that write no more than the file says, and no more than the limit. */
async function boundedCompressors(): Promise<Compressors> {
  const { decompressLz4, decompressLz4Raw, decompressZstd } = await import('hyparquet-compressors');
  const { snappyUncompress } = await import('hyparquet');
  const bounded =
    (decompress: (input: Uint8Array, length: number) => Uint8Array) => (input: Uint8Array, length: number) => {
      if (length >= 0 && length <= MAX_PAGE_BYTES) return decompress(input, length);
      throw new Error(`a page of ${length} bytes is larger than ${MAX_PAGE_BYTES}`);
    };
  return {
    SNAPPY: bounded((input, length) => {
      const output = new Uint8Array(length);
      snappyUncompress(input, output);
      return output;
    }),
    GZIP: bounded((input, length) => new Uint8Array(gunzipSync(input, { maxOutputLength: Math.max(1, length) }))),
    BROTLI: bounded(
      (input, length) => new Uint8Array(brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) })),
    ),
    ZSTD: bounded((input, length) => decompressZstd(input, new Uint8Array(length))),
    LZ4: bounded(decompressLz4),
    LZ4_RAW: bounded(decompressLz4Raw),
  };
}

/** Fails unless a value of the file is from 0 to `most`. */
function expectRange(name: string, value: bigint | number, most: bigint | number): void {
  if (value >= 0 && value <= most) return;
  throw new Error(
    `${name} is ${value}, expected at most ${most}; if the file is whole, write it with smaller row groups`,
  );
}

/** Bytes of a column's pages in the file. */
function pagesOf({
  dictionary_page_offset: dictionary,
  data_page_offset: data,
  total_compressed_size: size,
}: ColumnMetaData) {
  const start = Number(dictionary === undefined || dictionary === 0n ? data : dictionary);
  return { start, end: start + Number(size) };
}

/** Checks what the file says of its sizes, before memory is allocated for them. */
function expectSizes({ row_groups: groups }: FileMetaData, fileBytes: number): void {
  for (const { columns, num_rows: rows } of groups) {
    expectRange('the number of rows of a row group', rows, MAX_GROUP_ROWS);
    for (const { meta_data: column } of columns) {
      if (!column) throw new Error('a column is in another file');
      expectRange('the size of a column', column.total_uncompressed_size, MAX_GROUP_BYTES);
      expectRange('the size of a compressed column', column.total_compressed_size, fileBytes);
      const mostValues = FREE_VALUES + VALUES_PER_BYTE * Number(column.total_compressed_size);
      expectRange('the number of values of a column', column.num_values, Math.min(MAX_GROUP_VALUES, mostValues));
      // An empty list and a null are values too.
      expectRange('the number of rows of a row group', rows, column.num_values);
      const { start, end } = pagesOf(column);
      expectRange('the place of a column', start, fileBytes);
      expectRange('the end of a column', end, fileBytes);
    }
  }
}

/** Checks what the pages of a column say of their sizes, and the lengths of their runs. */
function expectPages(
  bytes: ArrayBuffer,
  column: ColumnMetaData,
  schemaPath: SchemaTree[],
  compressors: Compressors,
): void {
  const { num_values: count } = column;
  const reader = { view: new DataView(bytes), offset: 0 };
  let values = 0;
  while (reader.offset < bytes.byteLength) {
    const page = parquetHeader(reader);
    const { compressed_page_size: stored, uncompressed_page_size: full, data_page_header_v2: v2 } = page;
    expectRange('the size of a compressed page', stored, bytes.byteLength - reader.offset);
    expectRange('the size of a page', full, MAX_PAGE_BYTES);
    const data = page.data_page_header ?? v2;
    values += data?.num_values ?? 0;
    expectRange('the number of values of a page', data?.num_values ?? 0, count);
    if (v2) {
      expectRange('the number of nulls of a page', v2.num_nulls, v2.num_values);
      expectRange('the number of rows of a page', v2.num_rows, v2.num_values);
      expectRange('the size of repetition levels', v2.repetition_levels_byte_length, Math.min(stored, full));
      const rest = Math.min(stored, full) - v2.repetition_levels_byte_length;
      expectRange('the size of definition levels', v2.definition_levels_byte_length, rest);
    }
    // Each value of a dictionary takes at least one byte, except for truth values.
    if (page.dictionary_page_header) {
      expectRange('the number of values of a dictionary', page.dictionary_page_header.num_values, full);
    }
    expectRunsOfPage(new Uint8Array(bytes, reader.offset, stored), page, column, schemaPath, compressors);
    reader.offset += stored;
  }
  if (BigInt(values) !== count)
    throw new Error(`a column says that it has ${count} values, but its pages have ${values}`);
}

/** Turns 64-bit integers and typed arrays into numbers and arrays. Other values stay. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  return value;
}

/** Reads the rows of a Parquet file: columns of text, or of lists of whole numbers. */
export const readParquetRows: RowReader = async function* ({ path, columns, needed }) {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    /** Hyparquet does not wait for each slice, so a slice that fails is reported later. */
    let failure: Error | undefined;
    const readSlice = async (start: number, end = size): Promise<ArrayBuffer> => {
      if (!(start >= 0 && start <= end && end <= size)) throw new Error('it points outside of the file');
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      if (bytesRead < bytes.length) throw new Error('the file was cut short while it was read');
      return bytes.buffer;
    };
    const buffer = {
      byteLength: size,
      slice: (start: number, end?: number): Promise<ArrayBuffer> =>
        readSlice(start, end).catch((error: Error) => {
          failure ??= error;
          return new ArrayBuffer(0);
        }),
    };
    const expectNoFailure = (): void => {
      if (failure) throw failure;
    };
    const tail = new DataView(await readSlice(Math.max(0, size - 8)));
    if (size < 12 || tail.getUint32(4) !== 0x50415231) throw new Error('it does not end with PAR1');
    const footer = tail.getUint32(0, true);
    if (footer > Math.min(size - 8, MAX_FOOTER_BYTES)) throw new Error(`its footer says that it has ${footer} bytes`);
    const metadata = await parquetMetadataAsync(buffer);
    expectNoFailure();
    expectSizes(metadata, size);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const missing = needed.find((column) => !names.includes(columns[column]));
    if (missing !== undefined) throw missingColumn(path, columns[missing], names);
    const present = (Object.keys(columns) as ExampleColumn[]).filter((column) => names.includes(columns[column]));
    const chosen = [...new Set(present.map((column) => columns[column]))];
    const options = { file: buffer, metadata, columns: chosen, compressors: await boundedCompressors() };
    let start = 0;
    for (const { num_rows: count, columns: stored } of metadata.row_groups) {
      for (const { meta_data: column } of stored) {
        if (!column || !chosen.includes(column.path_in_schema[0]!)) continue;
        const { start: from, end: to } = pagesOf(column);
        const schemaPath = getSchemaPath(metadata.schema, column.path_in_schema);
        expectPages(await readSlice(from, to), column, schemaPath, options.compressors);
      }
      const end = start + Number(count);
      const found = await parquetReadObjects({ ...options, rowStart: start, rowEnd: end });
      expectNoFailure();
      if (found.length !== Number(count)) throw new Error(`it says that it has ${count} rows, but has ${found.length}`);
      yield found.map((values, row): FileRow => {
        const fields = present.map((column) => [column, plain(values[columns[column]])] as const);
        return { line: start + row + 1, ...Object.fromEntries(fields) };
      });
      start = end;
    }
  } catch (error) {
    if (error instanceof FileFormatError) throw error;
    const problem = `it is not a Parquet file that can be read: ${(error as Error).message}`;
    throw new FileFormatError({ path, problem, cause: error });
  } finally {
    await file.close();
  }
};
