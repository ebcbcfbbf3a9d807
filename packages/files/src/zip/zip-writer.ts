import { crc32 } from './crc32';

/** A file to store in an archive. */
export interface ZipRecord {
  /** Printable ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endRecordBytes = 22;

/**
 * Writes a zip archive of stored entries. As in PyTorch, each starts at a multiple of `alignment` bytes, so that
 * storages can be mapped into memory. The same records always give the same bytes: entries carry no time.
 *
 * @throws RangeError beyond 4 GiB or 65,535 entries, where zip64 would be needed.
 */
export function writeZip(records: readonly ZipRecord[], alignment: number): Uint8Array {
  const encoder = new TextEncoder();
  let position = 0;
  const entries = records.map(({ name, bytes }) => {
    const start = position;
    const encodedName = encoder.encode(name);
    const unpadded = start + localHeaderBytes + encodedName.length;
    // The padding is an extra field, whose own header takes 4 bytes.
    const offset = Math.ceil((unpadded + 4) / alignment) * alignment;
    position = offset + bytes.length;
    return { name: encodedName, bytes, start, offset, padding: offset - unpadded - 4, crc: crc32(bytes) };
  });
  const directoryStart = position;
  const directoryBytes = entries.reduce((sum, { name }) => sum + centralHeaderBytes + name.length, 0);
  const length = directoryStart + directoryBytes + endRecordBytes;
  if (length > 0xffffffff || entries.length > 0xffff) {
    throw new RangeError(
      `a checkpoint of ${length} bytes and ${entries.length} entries is too large for a zip archive without zip64; split it`,
    );
  }
  const archive = new Uint8Array(length);
  const view = new DataView(archive.buffer);
  let directory = directoryStart;
  for (const { name, bytes, start, offset, padding, crc } of entries) {
    writeLocalHeader(view, start, { crc, size: bytes.length, nameBytes: name.length, padding });
    archive.set(name, start + localHeaderBytes);
    writePadding(view, start + localHeaderBytes + name.length, padding);
    archive.set(bytes, offset);
    writeCentralHeader(view, directory, { crc, size: bytes.length, nameBytes: name.length, start });
    archive.set(name, directory + centralHeaderBytes);
    directory += centralHeaderBytes + name.length;
  }
  view.setUint32(directory, 0x06054b50, true);
  view.setUint16(directory + 8, entries.length, true);
  view.setUint16(directory + 10, entries.length, true);
  view.setUint32(directory + 12, directoryBytes, true);
  view.setUint32(directory + 16, directoryStart, true);
  return archive;
}

interface EntryFacts {
  readonly crc: number;
  readonly size: number;
  readonly nameBytes: number;
}

function writeLocalHeader(view: DataView, at: number, entry: EntryFacts & { readonly padding: number }): void {
  view.setUint32(at, 0x04034b50, true);
  writeSharedFields(view, at + 4, entry);
  view.setUint16(at + 28, entry.padding + 4, true);
}

function writePadding(view: DataView, at: number, length: number): void {
  // 'FB' is the extra field that PyTorch pads with.
  view.setUint16(at, 0x4246, true);
  view.setUint16(at + 2, length, true);
  for (let i = 0; i < length; i++) view.setUint8(at + 4 + i, 0x5a);
}

function writeCentralHeader(view: DataView, at: number, entry: EntryFacts & { readonly start: number }): void {
  view.setUint32(at, 0x02014b50, true);
  writeSharedFields(view, at + 6, entry);
  view.setUint32(at + 42, entry.start, true);
}

/** Writes the fields that both headers share, from "version needed" to the length of the name. Flag 11: UTF-8 names. */
function writeSharedFields(view: DataView, at: number, { crc, size, nameBytes }: EntryFacts): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true);
  // 1 January 1980, the earliest date in zip.
  view.setUint16(at + 8, 0x21, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameBytes, true);
}
