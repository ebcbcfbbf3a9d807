import type { AllocationBudget } from '../allocation-budget';
import { FileFormatError } from '../file-format-error';
import type { PickleProblemReporter } from './pickle-values';

/** Reads the bytes of a pickle one after another, and reports problems at the instruction that is being read. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #offset: number;
  readonly #budget: AllocationBudget;
  #position = 0;
  /** Where the current instruction starts. */
  #instructionStart = 0;

  /** @param offset where the pickle starts in its file, for errors. */
  constructor(bytes: Uint8Array, offset: number, budget: AllocationBudget) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
    this.#budget = budget;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** The code of the next instruction. Later problems are reported at its place. */
  instruction(): number {
    this.#instructionStart = this.#position;
    return this.uint8();
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A float64. Unlike all other numbers of a pickle it is big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A little-endian integer in two's complement. Its first byte is its length. */
  long(): number {
    const length = this.uint8();
    const start = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[start + i]!);
    const long = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(long)) this.fail('an integer is too large', 'at most 2^53 - 1');
    return long;
  }

  /** UTF-8 text after its length. `memory(length)` is charged before the text is decoded. */
  text(memory: (length: number) => number): string {
    const length = this.uint32();
    const start = this.#advance(length);
    this.charge(memory(length));
    return this.#decode(start, start + length);
  }

  /** A line of text, without its end. */
  line(): string {
    const length = this.#bytes.subarray(this.#position, this.#position + 256).indexOf(0x0a);
    if (length === -1) this.fail('the name of a global does not end', 'a line of at most 255 bytes');
    const start = this.#advance(length + 1);
    return this.#decode(start, start + length);
  }

  /** Takes memory from the budget for what the current instruction makes. */
  charge(memory: number): void {
    this.#budget.take(memory, this.#offset + this.#instructionStart);
  }

  readonly fail: PickleProblemReporter = (problem, expected) => {
    throw new FileFormatError({
      path: this.#budget.path,
      offset: this.#offset + this.#instructionStart,
      problem: `in the pickle: ${problem}`,
      expected,
    });
  };

  #decode(start: number, end: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(start, end));
    } catch {
      return this.fail('a string is not valid UTF-8', 'valid UTF-8');
    }
  }

  /** Skips `length` bytes and returns where they start. */
  #advance(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) {
      this.fail('it ends in the middle of an instruction', 'a whole pickle');
    }
    this.#position += length;
    return start;
  }
}
