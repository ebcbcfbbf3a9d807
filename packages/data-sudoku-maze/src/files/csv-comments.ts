import { Transform, type TransformCallback } from 'node:stream';

const [NEW_LINE, RETURN, QUOTE, HASH, COMMA, SEMICOLON] = [0x0a, 0x0d, 0x22, 0x23, 0x2c, 0x3b] as const;

/** Counts the commas between the fields of a line. Undefined if a quoted field continues on the next line. */
function countCommas(line: Buffer): number | undefined {
  let commas = 0;
  // Quotes are special only in fields that begin with one.
  let [isStart, hasQuotes, isOpen] = [true, false, false];
  for (const byte of line) {
    if (isStart) hasQuotes = byte === QUOTE;
    if (hasQuotes && byte === QUOTE) isOpen = !isOpen;
    isStart = byte === COMMA && !isOpen;
    if (isStart) commas++;
  }
  return isOpen ? undefined : commas;
}

/**
 * Replaces the comments of a CSV file by empty lines, so that line numbers do not change. A comment is a line outside
 * of quotes that begins with '#' or ';' and has a different number of fields than the header. The number of fields
 * matters because rows can begin with '#' too: it is the wall of a maze.
 */
export class CsvCommentRemover extends Transform {
  #rest: Buffer = Buffer.alloc(0);
  #quoted = false;
  #isFirst = true;
  /** Number of commas in the header. */
  #commas: number | undefined;

  /** @param maxLineBytes longer lines are an error. */
  constructor(readonly maxLineBytes: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(NEW_LINE) + 1;
    this.#rest = bytes.subarray(end);
    if (this.#rest.length > this.maxLineBytes) done(new Error(`a line exceeds the size of ${this.maxLineBytes} bytes`));
    else done(null, this.#withoutComments(bytes.subarray(0, end)));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#withoutComments(this.#rest));
  }

  /** Empties the comments among whole lines. */
  #withoutComments(bytes: Buffer): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    for (let start = 0; start < bytes.length;) {
      const newLine = bytes.indexOf(NEW_LINE, start);
      const end = newLine < 0 ? bytes.length : newLine + 1;
      const line = bytes.subarray(start, end);
      if (this.#isComment(line)) {
        kept.push(bytes.subarray(from, start));
        from = newLine < 0 ? end : bytes[newLine - 1] === RETURN ? newLine - 1 : newLine;
      } else this.#readLine(line);
      start = end;
    }
    if (from === 0) return bytes;
    return Buffer.concat([...kept, bytes.subarray(from)]);
  }

  #isComment(line: Buffer): boolean {
    if (this.#quoted) return false;
    const at = this.#isFirst && line.subarray(0, 3).toString() === '\ufeff' ? 3 : 0;
    if (line[at] !== HASH && line[at] !== SEMICOLON) return false;
    if (this.#commas === undefined) return true;
    const commas = countCommas(line);
    return commas !== undefined && commas !== this.#commas;
  }

  #readLine(line: Buffer): void {
    this.#isFirst = false;
    for (let at = line.indexOf(QUOTE); at >= 0; at = line.indexOf(QUOTE, at + 1)) this.#quoted = !this.#quoted;
    if (this.#commas === undefined && line.toString().trim() !== '') this.#commas = countCommas(line);
  }
}
