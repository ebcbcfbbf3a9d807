import type { PickleBytes } from './pickle-bytes';
import { PickleSequence } from './pickle-values';

/** The stack of values that a pickle's instructions work on. A mark starts a new stack on top of the present one. */
export class PickleStack {
  readonly #below: unknown[][] = [];
  #values: unknown[] = [];

  constructor(readonly bytes: PickleBytes) {}

  push(value: unknown, memory: number): void {
    this.bytes.charge(memory);
    this.#values.push(value);
  }

  pop(): unknown {
    if (this.#values.length === 0) this.bytes.fail('it takes a value where none is left', 'a whole pickle');
    return this.#values.pop();
  }

  top(): unknown {
    if (this.#values.length === 0) this.bytes.fail('it uses a value where none is left', 'a whole pickle');
    return this.#values.at(-1);
  }

  popMany(count: 1 | 2 | 3): unknown[] {
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.unshift(this.pop());
    return items;
  }

  popTuple(what: string): readonly unknown[] {
    const value = this.pop();
    if (!(value instanceof PickleSequence) || value.kind !== 'tuple') {
      return this.bytes.fail(`${what} is not a tuple`, 'a tuple');
    }
    return value.items;
  }

  mark(memory: number): void {
    this.bytes.charge(memory);
    this.#below.push(this.#values);
    this.#values = [];
  }

  /** The values above the last mark, which goes with them. */
  popMark(): unknown[] {
    const items = this.#values;
    this.#values = this.#below.pop() ?? this.bytes.fail('a mark is missing', 'a whole pickle');
    return items;
  }

  /** The one value that a whole pickle leaves. */
  result(): unknown {
    if (this.#below.length > 0 || this.#values.length !== 1) {
      this.bytes.fail('it ends in the middle of a value', 'one value');
    }
    return this.#values[0];
  }
}
