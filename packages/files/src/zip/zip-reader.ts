import { FileFormatError, quoteName } from '../file-format-error';
import type { AllocationBudget } from '../allocation-budget';
import { crc32 } from './crc32';

/** A file stored in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Where its bytes start in the archive. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Memory charged for an entry, without its name. */
const entryMemory = 400;

const signatures = {
  localHeader: 0x04034b50,
  centralHeader: 0x02014b50,
  endRecord: 0x06054b50,
  zip64EndRecord: 0x06064b50,
  zip64Locator: 0x07064b50,
} as const;

/** The attribute of MS-DOS for a folder. */
const dosFolder = 0x10;

const endRecordBytes = 22;
const zip64LocatorBytes = 20;
const zip64EndRecordBytes = 56;

/**
 * Reads a zip archive that `torch.save` wrote. Returns the entries by name, as views of `archive`.
 *
 * Accepts only the part of the zip format that such archives use: stored entries (also zip64) on one disk, without
 * encryption or comments. Names must be unique, entries must not overlap, and each must match its CRC-32.
 */
export function readZip(archive: Uint8Array, budget: AllocationBudget): ReadonlyMap<string, ZipEntry> {
  const reader = new ZipReader(archive, budget);
  return reader.readEntries();
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

interface DirectoryEntry {
  readonly name: string;
  readonly flags: number;
  readonly crc: number;
  readonly size: number;
  /** Where the entry's own header starts. */
  readonly headerOffset: number;
}

class ZipReader {
  readonly #view: DataView;

  constructor(
    readonly archive: Uint8Array,
    readonly budget: AllocationBudget,
  ) {
    this.#view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  }

  readEntries(): ReadonlyMap<string, ZipEntry> {
    if (this.archive.length < endRecordBytes || this.#u32(0) !== signatures.localHeader) {
      this.#fail(0, 'the file does not start as a zip archive', 'a checkpoint written by torch.save of PyTorch 1.6+');
    }
    const directory = this.#findDirectory();
    const listed = this.#readDirectory(directory).sort((a, b) => a.headerOffset - b.headerOffset);
    const entries = new Map<string, ZipEntry>();
    // PyTorch ignores case in names, so two names that differ only in case are the same name.
    const foldedNames = new Set<string>();
    let free = 0;
    for (const item of listed) {
      if (item.headerOffset < free) {
        this.#fail(item.headerOffset, `the entry ${quoteName(item.name)} overlaps another`, 'entries apart');
      }
      const entry = this.#readEntry(item, directory.start);
      if (foldedNames.has(item.name.toLowerCase())) {
        this.#fail(item.headerOffset, `the entry ${quoteName(item.name)} appears twice`, 'each name once');
      }
      foldedNames.add(item.name.toLowerCase());
      entries.set(item.name, entry);
      free = entry.offset + item.size;
    }
    return entries;
  }

  #findDirectory(): Directory {
    const end = this.archive.length - endRecordBytes;
    if (this.#u32(end) !== signatures.endRecord || this.#u16(end + 20) !== 0) {
      this.#fail(end, 'the archive does not end in its end record', 'a whole zip archive without comment: is it cut?');
    }
    let directory = { count: this.#u16(end + 10), size: this.#u32(end + 12), start: this.#u32(end + 16), end };
    let disks = this.#u16(end + 4) | this.#u16(end + 6) | (this.#u16(end + 8) ^ directory.count);
    const locator = end - zip64LocatorBytes;
    if (locator >= 0 && this.#u32(locator) === signatures.zip64Locator) {
      const record = this.#u64(locator + 8);
      if (record !== locator - zip64EndRecordBytes || this.#u32(record) !== signatures.zip64EndRecord) {
        this.#fail(locator, 'the zip64 locator does not point at the record before it', 'a whole zip archive');
      }
      if (this.#u64(record + 4) !== zip64EndRecordBytes - 12) {
        this.#fail(record, 'the zip64 end record gives a wrong length for itself', 'a whole zip archive');
      }
      const wide = { count: this.#u64(record + 32), size: this.#u64(record + 40), start: this.#u64(record + 48) };
      const agree =
        [wide.count, 0xffff].includes(directory.count) &&
        [wide.size, 0xffffffff].includes(directory.size) &&
        [wide.start, 0xffffffff].includes(directory.start);
      if (!agree) this.#fail(record, 'the two end records differ', 'the same counts in both');
      disks = this.#u32(locator + 4) | (this.#u32(locator + 16) ^ 1) | this.#u32(record + 16) | this.#u32(record + 20);
      if (this.#u64(record + 24) !== wide.count) disks = 1;
      directory = { ...wide, end: record };
    }
    if (disks !== 0) this.#fail(end, 'the archive spans several disks', 'one');
    if (directory.start + directory.size !== directory.end) {
      this.#fail(end, 'the directory of the archive does not reach its end record', 'a whole zip archive');
    }
    return directory;
  }

  #readDirectory({ start, end, count }: Directory): DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    let at = start;
    while (at < end) {
      if (at + 46 > end || this.#u32(at) !== signatures.centralHeader) {
        this.#fail(at, 'the directory of the archive is damaged', `${count} entries`);
      }
      const flags = this.#u16(at + 8);
      const nameEnd = at + 46 + this.#u16(at + 28);
      const extraEnd = nameEnd + this.#u16(at + 30);
      const next = extraEnd + this.#u16(at + 32);
      if (next > end) this.#fail(at, 'an entry of the directory is cut', 'a whole zip archive');
      this.budget.take(entryMemory + 2 * (nameEnd - at - 46), at);
      const name = this.#text(at + 46, nameEnd);
      if ((flags & ~0x0808) !== 0 || this.#u16(at + 10) !== 0) {
        this.#fail(
          at,
          `the entry ${quoteName(name)} is compressed or encrypted`,
          'stored entries, as torch.save writes',
        );
      }
      if (name.endsWith('/') || (this.#u32(at + 38) & dosFolder) !== 0) {
        this.#fail(at, `the entry ${quoteName(name)} is a folder`, 'files only, as torch.save writes');
      }
      const zip64 = this.#readZip64Fields(nameEnd, extraEnd);
      const wide = (field: number) => (field === 0xffffffff ? (zip64.shift() ?? field) : field);
      const size = wide(this.#u32(at + 24));
      const storedSize = wide(this.#u32(at + 20));
      const headerOffset = wide(this.#u32(at + 42));
      if (size !== storedSize || this.#u16(at + 34) !== 0) {
        this.#fail(at, `the entry ${quoteName(name)} is not simply stored`, 'equal sizes, on the first disk');
      }
      entries.push({ name, flags, crc: this.#u32(at + 16), size, headerOffset });
      at = next;
    }
    if (entries.length !== count) {
      this.#fail(start, `the directory has ${entries.length} entries`, `${count}, as its end record says`);
    }
    return entries;
  }

  /** The 64-bit sizes and offset in a directory entry's extra fields. They replace 32-bit fields of 0xffffffff. */
  #readZip64Fields(start: number, end: number): number[] {
    const fields: number[] = [];
    let at = start;
    while (at < end) {
      const next = at + 4 + (at + 4 <= end ? this.#u16(at + 2) : 0);
      if (next > end) this.#fail(at, 'an extra field of the directory is cut', 'a whole zip archive');
      if (this.#u16(at) === 1) {
        for (let field = at + 4; field + 8 <= next && fields.length < 3; field += 8) fields.push(this.#u64(field));
      }
      at = next;
    }
    return fields;
  }

  #readEntry({ name, flags, crc, size, headerOffset }: DirectoryEntry, limit: number): ZipEntry {
    if (headerOffset + 30 > limit || this.#u32(headerOffset) !== signatures.localHeader) {
      this.#fail(headerOffset, `the entry ${quoteName(name)} is not where the directory says`, 'its header');
    }
    const nameStart = headerOffset + 30;
    const nameEnd = nameStart + this.#u16(headerOffset + 26);
    const offset = nameEnd + this.#u16(headerOffset + 28);
    if (!Number.isSafeInteger(offset + size) || offset + size > limit) {
      this.#fail(headerOffset, `the entry ${quoteName(name)} is ${size} bytes long`, 'an end before the directory');
    }
    const isSame =
      this.#u16(headerOffset + 6) === flags &&
      this.#u16(headerOffset + 8) === 0 &&
      this.#text(nameStart, nameEnd) === name;
    if (!isSame) {
      this.#fail(headerOffset, `the header of the entry ${quoteName(name)} differs from the directory`, 'the same');
    }
    const bytes = this.archive.subarray(offset, offset + size);
    const actual = crc32(bytes);
    if (actual !== crc) {
      const problem = `the entry ${quoteName(name)} is damaged: its CRC-32 is ${hexadecimal(actual)}`;
      this.#fail(offset, problem, hexadecimal(crc));
    }
    return { name, offset, bytes };
  }

  #text(start: number, end: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.archive.subarray(start, end));
    } catch {
      return this.#fail(start, 'the name of an entry is not valid UTF-8', 'names of plain characters');
    }
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #u64(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  #fail(offset: number, problem: string, expected: string): never {
    throw new FileFormatError({ path: this.budget.path, offset, problem: `in the zip archive: ${problem}`, expected });
  }
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, '0');
}
