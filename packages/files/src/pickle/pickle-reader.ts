import { FileFormatError, quoteName } from '../file-format-error';
import type { AllocationBudget } from '../allocation-budget';
import {
  PickleDict,
  PickleFloat,
  type PickleGlobal,
  type PickleProblemReporter,
  PickleSequence,
} from './pickle-values';

/** What {@link readPickle} is told. */
export interface PickleOptions {
  /** What the pickle may name. */
  readonly globals: readonly PickleGlobal[];
  /** What a persistent id (a tuple) stands for. */
  readonly loadPersistent: (id: readonly unknown[], fail: PickleProblemReporter) => unknown;
  /** Where the pickle starts in its file, for errors. */
  readonly offset: number;
  readonly budget: AllocationBudget;
}

/**
 * Reads a pickle of protocol 2 (or 3) with the instructions that `torch.save` uses for state dicts, and no others.
 *
 * Executes nothing: the only calls are to the functions in `globals`. Every object is charged to the budget before it is
 * made, and each instruction takes constant time but for the bytes and items it names, so time and memory are linear.
 *
 * @returns The value left on the stack: null, boolean, number, string, {@link PickleFloat}, {@link PickleSequence},
 * {@link PickleDict}, {@link PickleGlobal}, or what the globals and `loadPersistent` made.
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): unknown {
  return new PickleReader(bytes, options).read();
}

const cost = { value: 16, text: 48, sequence: 120, dict: 400, entry: 80, memo: 64, mark: 80 } as const;

class PickleReader {
  readonly #view: DataView;
  readonly #globals: ReadonlyMap<string, PickleGlobal>;
  readonly #memo = new Map<number, unknown>();
  readonly #marked: unknown[][] = [];
  #stack: unknown[] = [];
  #position = 0;
  /** Where the instruction being read starts. */
  #start = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly options: PickleOptions,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#globals = new Map(options.globals.map((global) => [global.name, global]));
  }

  read(): unknown {
    if (this.#u8() !== 0x80 || ![2, 3].includes(this.#u8())) {
      this.#fail('it does not start as protocol 2 or 3', 'what torch.save writes unless told otherwise');
    }
    for (;;) {
      this.#start = this.#position;
      const instruction = this.#u8();
      if (instruction === 0x2e) return this.#stop();
      this.#execute(instruction);
    }
  }

  #execute(instruction: number): void {
    switch (instruction) {
      case 0x28: // MARK
        this.#charge(cost.mark);
        this.#marked.push(this.#stack);
        this.#stack = [];
        return;
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#u8());
      case 0x4d: // BININT2
        return this.#push(this.#view.getUint16(this.#advance(2), true));
      case 0x4a: // BININT
        return this.#push(this.#view.getInt32(this.#advance(4), true));
      case 0x8a: // LONG1
        return this.#push(this.#readLong());
      case 0x47: // BINFLOAT
        return this.#push(new PickleFloat(this.#view.getFloat64(this.#advance(8))), cost.text);
      case 0x58: // BINUNICODE
        return this.#push(this.#readText());
      case 0x7d: // EMPTY_DICT
        return this.#push(new PickleDict('dict'), cost.dict);
      case 0x5d: // EMPTY_LIST
        return this.#push(new PickleSequence('list', []), cost.sequence);
      case 0x29: // EMPTY_TUPLE
        return this.#push(new PickleSequence('tuple', []), cost.sequence);
      case 0x85: // TUPLE1
        return this.#pushTuple(this.#popMany(1));
      case 0x86: // TUPLE2
        return this.#pushTuple(this.#popMany(2));
      case 0x87: // TUPLE3
        return this.#pushTuple(this.#popMany(3));
      case 0x74: // TUPLE
        return this.#pushTuple(this.#popMark());
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popMark());
      case 0x68: // BINGET
        return this.#get(this.#u8());
      case 0x6a: // LONG_BINGET
        return this.#get(this.#view.getUint32(this.#advance(4), true));
      case 0x71: // BINPUT
        return this.#put(this.#u8());
      case 0x72: // LONG_BINPUT
        return this.#put(this.#view.getUint32(this.#advance(4), true));
      case 0x63: // GLOBAL
        return this.#push(this.#readGlobal());
      case 0x51: // BINPERSID
        return this.#push(
          this.options.loadPersistent(this.#popTuple('a persistent id'), this.#reporter),
          cost.sequence,
        );
      case 0x52: // REDUCE
        return this.#call();
      case 0x62: // BUILD
        return this.#build();
      default:
        this.#fail(
          `the instruction 0x${instruction.toString(16).padStart(2, '0')} is not one that state dicts use`,
          'a state dict (tensors by name) as torch.save writes it',
        );
    }
  }

  #stop(): unknown {
    if (this.#marked.length > 0 || this.#stack.length !== 1)
      this.#fail('it ends in the middle of a value', 'one value');
    if (this.#position < this.bytes.length) this.#fail('bytes follow its end', 'nothing after it');
    return this.#stack[0];
  }

  #push(value: unknown, memory: number = cost.value): void {
    this.#charge(memory);
    this.#stack.push(value);
  }

  #pushTuple(items: unknown[]): void {
    this.#push(new PickleSequence('tuple', items), cost.sequence + 8 * items.length);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) this.#fail('it takes a value where none is left', 'a whole pickle');
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length === 0) this.#fail('it uses a value where none is left', 'a whole pickle');
    return this.#stack.at(-1);
  }

  #popMany(count: 1 | 2 | 3): unknown[] {
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.unshift(this.#pop());
    return items;
  }

  #popMark(): unknown[] {
    const items = this.#stack;
    this.#stack = this.#marked.pop() ?? this.#fail('a mark is missing', 'a whole pickle');
    return items;
  }

  #popTuple(what: string): readonly unknown[] {
    const value = this.#pop();
    if (!(value instanceof PickleSequence) || value.kind !== 'tuple') this.#fail(`${what} is no tuple`, 'a tuple');
    return value.items;
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!(list instanceof PickleSequence) || list.kind !== 'list')
      this.#fail('it appends to what is no list', 'a list');
    this.#charge(cost.value * items.length);
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof PickleDict)) this.#fail('it sets items of what is no dict', 'a dict');
    if (items.length % 2 !== 0) this.#fail('a key has no value', 'keys and values in pairs');
    this.#charge((cost.entry * items.length) / 2);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== 'string' && typeof key !== 'number') this.#fail('a key is no name', 'a string or an integer');
      if (dict.entries.has(key)) this.#fail(`the key ${quoteName(String(key))} comes twice`, 'each key once');
      dict.entries.set(key, items[i + 1]);
    }
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) this.#fail(`it recalls value ${index}, never kept`, 'a whole pickle');
    this.#push(this.#memo.get(index));
  }

  #put(index: number): void {
    this.#charge(cost.memo);
    this.#memo.set(index, this.#top());
  }

  #call(): void {
    const args = this.#popTuple('the list of arguments of a call');
    const called = this.#pop();
    const global = [...this.#globals.values()].find((known) => known === called);
    if (global?.call === undefined) return this.#fail('it calls what is no function', 'a function of a state dict');
    this.#push(global.call(args, this.#reporter), cost.dict);
  }

  /** Python sets attributes here. State dicts carry some (`_metadata`: versions of modules) that no tensor depends on. */
  #build(): void {
    const state = this.#pop();
    const target = this.#top();
    const isPlain =
      target instanceof PickleDict &&
      target.kind === 'OrderedDict' &&
      state instanceof PickleDict &&
      [...state.entries.keys()].every((key) => key === '_metadata');
    if (!isPlain) this.#fail('it sets attributes other than the _metadata of an OrderedDict', 'a state dict');
  }

  #readGlobal(): PickleGlobal {
    const name = `${this.#readLine()}.${this.#readLine()}`;
    return (
      this.#globals.get(name) ??
      this.#fail(
        `it names ${quoteName(name)}`,
        `one of ${[...this.#globals.keys()].join(', ')}; nothing else is trusted`,
      )
    );
  }

  #readLine(): string {
    const end = this.bytes.subarray(this.#position, this.#position + 256).indexOf(0x0a);
    if (end === -1) this.#fail('the name of a global does not end', 'a line of at most 255 bytes');
    const at = this.#advance(end + 1);
    return this.#decode(at, at + end);
  }

  #readText(): string {
    const length = this.#view.getUint32(this.#advance(4), true);
    const at = this.#advance(length);
    this.#charge(cost.text + 2 * length);
    return this.#decode(at, at + length);
  }

  #decode(start: number, end: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(start, end));
    } catch {
      return this.#fail('a string is not valid UTF-8', 'valid UTF-8');
    }
  }

  /** A little-endian integer in two's complement of the length that its first byte tells. */
  #readLong(): number {
    const length = this.#u8();
    const at = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]!);
    const long = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(long)) this.#fail('an integer is too large', 'at most 2^53 - 1');
    return long;
  }

  #u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Steps over `length` bytes and returns where they start. */
  #advance(length: number): number {
    const at = this.#position;
    if (at + length > this.bytes.length) this.#fail('it ends in the middle of an instruction', 'a whole pickle');
    this.#position += length;
    return at;
  }

  #charge(memory: number): void {
    this.options.budget.take(memory, this.options.offset + this.#start);
  }

  readonly #reporter: PickleProblemReporter = (problem, expected) => this.#fail(problem, expected);

  #fail(problem: string, expected: string): never {
    throw new FileFormatError({
      path: this.options.budget.path,
      offset: this.options.offset + this.#start,
      problem: `in the pickle: ${problem}`,
      expected,
    });
  }
}
