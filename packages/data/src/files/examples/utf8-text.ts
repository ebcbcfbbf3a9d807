import { FileFormatError } from '@hrm/files';
import { openRegularFile } from '@hrm/files/node';

const NEW_LINE = 0x0a;

/** Whole lines of a text file. */
export interface TextPiece {
  /** The lines, each with its line end; the last line of the file may have none. */
  text: string;
  /** The number of the first line, from 1. */
  line: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(path: string, bytes: Uint8Array, first: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    let line = first;
    for (let start = 0; start < bytes.length; line++) {
      const newLine = bytes.indexOf(NEW_LINE, start);
      const end = newLine < 0 ? bytes.length : newLine + 1;
      try {
        decoder.decode(bytes.subarray(start, end));
      } catch {
        break;
      }
      start = end;
    }
    throw new FileFormatError({ path, line, problem: 'it holds bytes that are not UTF-8', expected: 'UTF-8', cause });
  }
}

/**
 * Reads a text file in pieces of whole lines, without a byte order mark.
 *
 * @throws FileFormatError with the line, for bytes that are not UTF-8 and a line of more than `maxLineBytes`.
 */
export async function* readTextPieces(path: string, maxLineBytes: number): AsyncGenerator<TextPiece, void, undefined> {
  const file = await openRegularFile(path);
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let line = 1;
  const expectLength = (bytes: number, at: number): void => {
    if (bytes <= maxLineBytes) return;
    const problem = `the line has more than ${maxLineBytes} bytes`;
    throw new FileFormatError({ path, line: at, problem, expected: 'one example on each line' });
  };
  const take = (bytes: Uint8Array): TextPiece => {
    let start = 0;
    for (let at = line; start < bytes.length; at++) {
      const newLine = bytes.indexOf(NEW_LINE, start);
      const end = newLine < 0 ? bytes.length : newLine;
      expectLength(end - start, at);
      start = end + 1;
    }
    const text = decode(path, bytes, line);
    const piece = { text: line === 1 ? text.replace(/^\ufeff/, '') : text, line };
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++;
    return piece;
  };
  // The stream closes the file, however it ends.
  for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEW_LINE) + 1;
    if (end > 0) {
      yield take(Buffer.concat([...rest, chunk.subarray(0, end)]));
      [rest, restBytes] = [[], 0];
    }
    rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    expectLength(restBytes, line);
  }
  if (restBytes > 0) yield take(Buffer.concat(rest));
}
