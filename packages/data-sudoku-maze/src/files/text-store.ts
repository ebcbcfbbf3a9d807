const CHUNK_BYTES = 1 << 16;
const LENGTH_BYTES = 4;
/** So many different texts are known again; to look among very many would cost more than it saves. */
const MAX_KNOWN = 1000;

/** Many short texts in UTF-8, one after another: as strings each would take 24 bytes more. */
export class TextStore {
  readonly #chunks: Buffer[] = [];
  readonly #known = new Map<string, number>();
  /** The chunk that is being filled, and how far it is. */
  #current = -1;
  #used = CHUNK_BYTES;

  /** Keeps a text, and returns where. */
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
    // A long text has a chunk of its own, so that little is left unused of the others.
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
