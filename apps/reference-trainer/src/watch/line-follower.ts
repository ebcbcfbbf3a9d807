import { open, type FileHandle } from 'node:fs/promises';
import { newLines } from '../run-record/new-lines';

/** Bytes before the place read up to, by which a file is known again. */
const KNOWN_BYTES = 512;

/** What a file has gained. */
export interface GainedLines {
  lines: readonly string[];
  /** Whether they are from its start, because it was cut, replaced or removed. What was read before is void. */
  isAnew: boolean;
}

/** Follows a file of lines that grows, such as a log of a run. It may not exist yet, and it may be cut and go on. */
export class LineFollower {
  readonly path: string;
  #offset = 0;
  /** The bytes before the offset. */
  #known: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.path = path;
  }

  /** The bytes read so far: two followers with equal ones have read equal files, as far as one can tell. */
  get mark(): string {
    return `${this.#offset} ${this.#known.toString('base64')}`;
  }

  /** The lines that came since the last call. A last line without its end is still being written. */
  async read(): Promise<GainedLines> {
    const isAnew = this.#offset > 0 && !(await this.#bytesBefore(this.#offset)).equals(this.#known);
    if (isAnew) this.#offset = 0;
    const { lines, offset, isCut } = await newLines(this.path, this.#offset);
    if (offset !== this.#offset || isAnew || isCut) {
      this.#offset = offset;
      this.#known = await this.#bytesBefore(offset);
    }
    return { lines, isAnew: isAnew || isCut };
  }

  async #bytesBefore(offset: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.min(offset, KNOWN_BYTES));
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset - bytes.length);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}
