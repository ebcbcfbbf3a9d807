import type { ColumnMetaData, Compressors, PageHeader, SchemaTree } from 'hyparquet';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** Writers may fill up packed values, to at most so many groups of eight more than they need. */
const SPARE_GROUPS = 64;

/** Bits of the numbers from 0 to `most`. */
const bitsOf = (most: number) => 32 - Math.clz32(most);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

/** Fails if a run says that it has more values than its page. Hyparquet would fill memory with them. */
function expectRuns(view: DataView, start: number, width: number, count: number): void {
  const reader = { view, offset: start };
  for (let seen = 0; seen < count && reader.offset < view.byteLength;) {
    const header = readVarInt(reader);
    const isPacked = (header & 1) === 1;
    const length = header >>> 1;
    if (length > (isPacked ? Math.ceil(count / 8) + SPARE_GROUPS : count)) {
      throw new Error(`a run of ${isPacked ? 8 * length : length} values is longer than its page of ${count} values`);
    }
    seen += isPacked ? 8 * length : length;
    reader.offset += isPacked ? length * width : (width + 7) >> 3;
  }
}

/**
 * Fails if the run lengths inside a data page lie.
 *
 * @param stored the page as it is in the file, without its header.
 * @param schemaPath the column in its schema, which says how many levels its values have.
 */
export function expectRunsOfPage(
  stored: Uint8Array,
  page: PageHeader,
  { type, codec }: Pick<ColumnMetaData, 'type' | 'codec'>,
  schemaPath: SchemaTree[],
  compressors: Compressors,
): void {
  const { data_page_header: v1, data_page_header_v2: v2, uncompressed_page_size: full } = page;
  const header = v1 ?? v2;
  if (!header) return;
  const count = header.num_values;
  const levels = [getMaxRepetitionLevel(schemaPath), getMaxDefinitionLevel(schemaPath)].map(bitsOf);
  let view: DataView;
  let offset = 0;
  if (v2) {
    const lengths = [v2.repetition_levels_byte_length, v2.definition_levels_byte_length];
    levels.forEach((width, index) => {
      if (width > 0) expectRuns(viewOf(stored), offset, width, count);
      offset += lengths[index]!;
    });
    const values = stored.subarray(offset);
    const isStored = v2.is_compressed === false || full === offset;
    view = viewOf(isStored ? values : decompressPage(values, full - offset, codec, compressors));
    offset = 0;
  } else {
    view = viewOf(decompressPage(stored, full, codec, compressors));
    for (const width of levels) {
      if (width === 0) continue;
      expectRuns(view, offset + 4, width, count);
      offset += 4 + view.getUint32(offset, true);
    }
  }
  if (!/DICTIONARY$|^RLE$/.test(header.encoding) || offset >= view.byteLength) return;
  if (type !== 'BOOLEAN') expectRuns(view, offset + 1, view.getUint8(offset), count);
  // Hyparquet reads the length of the runs of truth values first.
  else expectRuns(view, offset + 4, 1, count);
}
