/** Writes a pickle of protocol 2, instruction by instruction. Without a memo, so values share nothing. */
export class PickleWriter {
  readonly #bytes: number[] = [0x80, 2];

  emptyDict(): this {
    return this.#write(0x7d);
  }

  /** Starts the values that {@link tuple} or {@link setItems} takes. */
  mark(): this {
    return this.#write(0x28);
  }

  /** Makes a tuple of the values after the last mark. */
  tuple(): this {
    return this.#write(0x74);
  }

  /** Puts the keys and values after the last mark into the dict before it. */
  setItems(): this {
    return this.#write(0x75);
  }

  boolean(value: boolean): this {
    return this.#write(value ? 0x88 : 0x89);
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.#write(0x58)
      .#writeInteger(bytes.length, 4)
      .#write(...bytes);
  }

  /** Writes an integer from 0 to 2^53 - 1. */
  integer(value: number): this {
    if (value < 2 ** 31) return this.#write(0x4a).#writeInteger(value, 4);
    return this.#write(0x8a, 8).#writeInteger(value, 8);
  }

  integers(values: readonly number[]): this {
    this.mark();
    for (const value of values) this.integer(value);
    return this.tuple();
  }

  global(module: string, name: string): this {
    return this.#write(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`));
  }

  /** Replaces the tuple on top by the object whose persistent id it is. */
  persistentId(): this {
    return this.#write(0x51);
  }

  /** Calls the global below the tuple on top, with the tuple as its arguments. */
  call(): this {
    return this.#write(0x52);
  }

  /** Ends the pickle and returns its bytes. */
  finish(): Uint8Array {
    this.#write(0x2e);
    return Uint8Array.from(this.#bytes);
  }

  #write(...bytes: number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  #writeInteger(value: number, length: number): this {
    let rest = value;
    for (let i = 0; i < length; i++) {
      this.#bytes.push(rest % 256);
      rest = Math.floor(rest / 256);
    }
    return this;
  }
}
