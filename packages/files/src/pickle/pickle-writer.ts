/** Writes a pickle of protocol 2, instruction by instruction, with no memo: for values that share nothing. */
export class PickleWriter {
  readonly #bytes: number[] = [0x80, 2];

  emptyDict(): this {
    return this.#write(0x7d);
  }

  /** Opens what {@link tuple} or {@link setItems} closes. */
  mark(): this {
    return this.#write(0x28);
  }

  /** A tuple of what follows the last mark. */
  tuple(): this {
    return this.#write(0x74);
  }

  /** Puts the keys and values that follow the last mark into the dict before it. */
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

  /** An integer from 0 to 2^53 - 1. */
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

  /** Replaces the tuple on top by what it is the persistent id of. */
  persistentId(): this {
    return this.#write(0x51);
  }

  /** Calls the global below the tuple on top with it. */
  call(): this {
    return this.#write(0x52);
  }

  /** The pickle of the one value written. */
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
