import type { AllocationBudget } from '../allocation-budget';
import { quoteName } from '../file-format-error';
import { PickleBytes } from './pickle-bytes';
import { PickleStack } from './pickle-stack';
import {
  PickleDict,
  PickleFloat,
  type PickleGlobal,
  type PickleProblemReporter,
  PickleSequence,
} from './pickle-values';

/** Options of {@link readPickle}. */
export interface PickleOptions {
  /** The global names that the pickle may use. */
  readonly globals: readonly PickleGlobal[];
  /** Returns the object that a persistent id (a tuple) stands for. */
  readonly loadPersistent: (id: readonly unknown[], fail: PickleProblemReporter) => unknown;
  /** Where the pickle starts in its file, for errors. */
  readonly offset: number;
  readonly budget: AllocationBudget;
}

/**
 * Reads a pickle of protocol 2 or 3. Knows only the instructions that `torch.save` uses for state dicts.
 *
 * Executes nothing: the only functions it calls are those in `globals`. Every object is charged to the budget before it
 * is made. Each instruction takes time in proportion to its bytes and items, so time and memory are linear.
 *
 * @returns The value left on the stack: null, boolean, number, string, {@link PickleFloat}, {@link PickleSequence},
 * {@link PickleDict}, {@link PickleGlobal}, or what the globals and `loadPersistent` made.
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): unknown {
  return new PickleReader(bytes, options).read();
}

const cost = { value: 16, text: 48, sequence: 120, dict: 400, entry: 80, memo: 64, mark: 80 } as const;

class PickleReader {
  readonly #bytes: PickleBytes;
  readonly #stack: PickleStack;
  readonly #memo = new Map<number, unknown>();
  readonly #globals: ReadonlyMap<string, PickleGlobal>;
  readonly #loadPersistent: PickleOptions['loadPersistent'];
  readonly #fail: PickleProblemReporter;

  constructor(bytes: Uint8Array, { globals, loadPersistent, offset, budget }: PickleOptions) {
    this.#bytes = new PickleBytes(bytes, offset, budget);
    this.#stack = new PickleStack(this.#bytes);
    this.#globals = new Map(globals.map((global) => [global.name, global]));
    this.#loadPersistent = loadPersistent;
    this.#fail = this.#bytes.fail;
  }

  read(): unknown {
    if (this.#bytes.uint8() !== 0x80 || ![2, 3].includes(this.#bytes.uint8())) {
      this.#fail('it does not start as protocol 2 or 3', 'what torch.save writes by default');
    }
    for (;;) {
      const instruction = this.#bytes.instruction();
      if (instruction === 0x2e) break; // STOP
      this.#execute(instruction);
    }
    const value = this.#stack.result();
    if (!this.#bytes.isAtEnd) this.#fail('bytes follow its end', 'nothing after it');
    return value;
  }

  #execute(instruction: number): void {
    const bytes = this.#bytes;
    const stack = this.#stack;
    switch (instruction) {
      case 0x28: // MARK
        return stack.mark(cost.mark);
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(bytes.uint8());
      case 0x4d: // BININT2
        return this.#push(bytes.uint16());
      case 0x4a: // BININT
        return this.#push(bytes.int32());
      case 0x8a: // LONG1
        return this.#push(bytes.long());
      case 0x47: // BINFLOAT
        return this.#push(new PickleFloat(bytes.float64()), cost.text);
      case 0x58: // BINUNICODE
        return this.#push(bytes.text((length) => cost.text + 2 * length));
      case 0x7d: // EMPTY_DICT
        return this.#push(new PickleDict('dict'), cost.dict);
      case 0x5d: // EMPTY_LIST
        return this.#push(new PickleSequence('list', []), cost.sequence);
      case 0x29: // EMPTY_TUPLE
        return this.#pushTuple([]);
      case 0x85: // TUPLE1
        return this.#pushTuple(stack.popMany(1));
      case 0x86: // TUPLE2
        return this.#pushTuple(stack.popMany(2));
      case 0x87: // TUPLE3
        return this.#pushTuple(stack.popMany(3));
      case 0x74: // TUPLE
        return this.#pushTuple(stack.popMark());
      case 0x61: // APPEND
        return this.#append(stack.popMany(1));
      case 0x65: // APPENDS
        return this.#append(stack.popMark());
      case 0x73: // SETITEM
        return this.#setItems(stack.popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(stack.popMark());
      case 0x68: // BINGET
        return this.#get(bytes.uint8());
      case 0x6a: // LONG_BINGET
        return this.#get(bytes.uint32());
      case 0x71: // BINPUT
        return this.#put(bytes.uint8());
      case 0x72: // LONG_BINPUT
        return this.#put(bytes.uint32());
      case 0x63: // GLOBAL
        return this.#push(this.#readGlobal());
      case 0x51: // BINPERSID
        return this.#push(this.#loadPersistent(stack.popTuple('a persistent id'), this.#fail), cost.sequence);
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

  #push(value: unknown, memory: number = cost.value): void {
    this.#stack.push(value, memory);
  }

  #pushTuple(items: unknown[]): void {
    this.#push(new PickleSequence('tuple', items), cost.sequence + 8 * items.length);
  }

  #append(items: readonly unknown[]): void {
    const list = this.#stack.top();
    if (!(list instanceof PickleSequence) || list.kind !== 'list') {
      return this.#fail('it appends to something other than a list', 'a list');
    }
    this.#bytes.charge(cost.value * items.length);
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#stack.top();
    if (!(dict instanceof PickleDict)) return this.#fail('it sets items of something other than a dict', 'a dict');
    if (items.length % 2 !== 0) this.#fail('a key has no value', 'keys and values in pairs');
    this.#bytes.charge((cost.entry * items.length) / 2);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== 'string' && typeof key !== 'number') {
        return this.#fail('a key is not a name', 'a string or an integer');
      }
      if (dict.entries.has(key)) this.#fail(`the key ${quoteName(String(key))} appears twice`, 'each key once');
      dict.entries.set(key, items[i + 1]);
    }
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) this.#fail(`it recalls value ${index}, which was never stored`, 'a whole pickle');
    this.#push(this.#memo.get(index));
  }

  #put(index: number): void {
    this.#bytes.charge(cost.memo);
    this.#memo.set(index, this.#stack.top());
  }

  #call(): void {
    const args = this.#stack.popTuple('the list of arguments of a call');
    const called = this.#stack.pop();
    const global = [...this.#globals.values()].find((known) => known === called);
    if (global?.call === undefined) {
      return this.#fail('it calls something other than a function', 'a function of a state dict');
    }
    this.#push(global.call(args, this.#fail), cost.dict);
  }

  /** Sets attributes in Python. A state dict has one, `_metadata` (versions of modules). No tensor depends on it. */
  #build(): void {
    const state = this.#stack.pop();
    const target = this.#stack.top();
    const isPlain =
      target instanceof PickleDict &&
      target.kind === 'OrderedDict' &&
      state instanceof PickleDict &&
      [...state.entries.keys()].every((key) => key === '_metadata');
    if (!isPlain) this.#fail('it sets attributes other than the _metadata of an OrderedDict', 'a state dict');
  }

  #readGlobal(): PickleGlobal {
    const name = `${this.#bytes.line()}.${this.#bytes.line()}`;
    const known = [...this.#globals.keys()].join(', ');
    return (
      this.#globals.get(name) ?? this.#fail(`it names ${quoteName(name)}`, `one of ${known}; nothing else is trusted`)
    );
  }
}
