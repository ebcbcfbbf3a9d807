const CHUNK_BYTES = 1 << 16;
const LENGTH_BYTES = 4;
/** Number of texts that are stored only once. A larger map would cost more than it saves. */
const MAX_KNOWN = 1000;

/** Stores many short texts in UTF-8, without the 24 bytes of overhead of each string. */
export class TextStore {
  readonly #chunks: Buffer[] = [];
  readonly #known = new Map<string, number>();
  /** The current chunk, and its number of used bytes. */
  #current = -1;
  #used = CHUNK_BYTES;

  /** Stores a text and returns its place. */
  add(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const place = this.#append(Buffer.from(text));
    if (this.#known.size < MAX_KNOWN) this.#known.set(text, place);
    return place;
  }

  get(place: number): string {
    const chunk = this.#chunks[Math.floor(place / CHUNK_BYTES)]!;
    const start = (place % CHUNK_BYTES) + LENGTH_BYTES;
    return chunk.toString('utf8', start, start + chunk.readUInt32LE(start - LENGTH_BYTES));
  }

  #append(bytes: Buffer): number {
    const size = LENGTH_BYTES + bytes.length;
    // A long text gets its own chunk, so that other chunks waste little space.
    const alone = size > CHUNK_BYTES / 4;
    if (alone || this.#used + size > CHUNK_BYTES) {
      this.#chunks.push(Buffer.alloc(alone ? size : CHUNK_BYTES));
      if (!alone) [this.#current, this.#used] = [this.#chunks.length - 1, 0];
    }
    const index = alone ? this.#chunks.length - 1 : this.#current;
    const start = alone ? 0 : this.#used;
    this.#chunks[index]!.writeUInt32LE(bytes.length, start);
    bytes.copy(this.#chunks[index]!, start + LENGTH_BYTES);
    if (!alone) this.#used += size;
    return index * CHUNK_BYTES + start;
  }
}
