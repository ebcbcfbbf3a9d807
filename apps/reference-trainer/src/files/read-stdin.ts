import { UsageError } from '../command-line/usage-error';

/**
 * All that is piped in, as text: also from a program that takes its time, which a read at once would not wait for.
 *
 * @param name what is read, for the message: `PUZZLE`.
 * @throws UsageError where there is more than `maxBytes`, or nothing can be read.
 */
export async function readStdin(name: string, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of process.stdin as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new UsageError(`${name}: more than ${maxBytes} bytes on stdin, too long`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: stdin cannot be read: ${(error as Error).message}`);
  }
  return Buffer.concat(pieces).toString('utf8');
}
