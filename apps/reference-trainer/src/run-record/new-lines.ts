import { createReadStream, statSync } from 'node:fs';
import { FileFormatError } from '@hrm/files';

/** Whole lines of a file that grows. */
export interface NewLines {
  lines: readonly string[];
  /** Where the next line begins, in bytes. */
  offset: number;
  /** Whether the file is shorter than it was, so that these lines are from its start: a run was resumed. */
  isCut: boolean;
}

/**
 * Reads the lines that a file has gained. A last line without its end is still being written, and is left for later.
 *
 * @param offset where to begin, in bytes. Default: at the start.
 * @returns no lines if there is no such file.
 * @throws FileFormatError for a folder, pipe or device.
 */
export async function newLines(path: string, offset = 0): Promise<NewLines> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile())
    throw new FileFormatError({ path, problem: 'it is no file', expected: 'a log of a run' });
  const size = found?.size ?? 0;
  const isCut = size < offset;
  const start = isCut ? 0 : offset;
  if (size === start) return { lines: [], offset: start, isCut };
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { start, end: size - 1 })) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const lines: string[] = [];
  let begin = 0;
  // Line by line: the whole text may be longer than a string can be.
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, begin)) {
    lines.push(bytes.toString('utf8', begin, end));
    begin = end + 1;
  }
  return { lines, offset: start + begin, isCut };
}
