import { Transform, type TransformCallback } from 'node:stream';

const [NEW_LINE, RETURN, QUOTE, HASH, COMMA, SEMICOLON] = [0x0a, 0x0d, 0x22, 0x23, 0x2c, 0x3b] as const;

/** The commas between the fields of a line; undefined where a field in quotes goes on in the next line. */
function countCommas(line: Buffer): number | undefined {
  let commas = 0;
  // Quotes mean something only in fields that begin with one.
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
 * Empties the comments of a CSV file: lines, outside of quotes, that begin with '#' or ';' and have not as many fields as
 * the header. A row may begin so as well: the walls of a maze are '#'. Lines stay lines, so that they count as before.
 */
export class CsvCommentRemover extends Transform {
  #rest: Buffer = Buffer.alloc(0);
  #quoted = false;
  #isFirst = true;
  /** Commas of the header. */
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
    else done(null, this.#cleaned(bytes.subarray(0, end)));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#cleaned(this.#rest));
  }

  /** Lines without the comments among them. */
  #cleaned(bytes: Buffer): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    for (let start = 0; start < bytes.length;) {
      const newLine = bytes.indexOf(NEW_LINE, start);
      const end = newLine < 0 ? bytes.length : newLine + 1;
      const line = bytes.subarray(start, end);
      if (this.#isComment(line)) {
        kept.push(bytes.subarray(from, start));
        from = newLine < 0 ? end : bytes[newLine - 1] === RETURN ? newLine - 1 : newLine;
      } else this.#pass(line);
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

  #pass(line: Buffer): void {
    this.#isFirst = false;
    for (let at = line.indexOf(QUOTE); at >= 0; at = line.indexOf(QUOTE, at + 1)) this.#quoted = !this.#quoted;
    if (this.#commas === undefined && line.toString().trim() !== '') this.#commas = countCommas(line);
  }
}
