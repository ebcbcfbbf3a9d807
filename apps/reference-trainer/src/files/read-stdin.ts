import { UsageError } from '../command-line/usage-error';
import { decodeText } from './decode-text';

/**
 * Reads stdin to its end, as text.
 *
 * @param name of the input in errors, such as `PUZZLE`.
 * @throws UsageError if it has more than `maxBytes` bytes or cannot be read.
 */
export async function readStdin(name: string, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of process.stdin as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new UsageError(`${name}: stdin has more than ${maxBytes} bytes, which is too much`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: stdin cannot be read: ${(error as Error).message}`);
  }
  return decodeText(Buffer.concat(pieces));
}
