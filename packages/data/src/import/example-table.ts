import type { PuzzleSequence } from '../puzzles/puzzle-sequence';
import { rowPlaces, type Subsample } from '../puzzles/row-sample';
import type { RawExample, RawKind, RawSequence } from './raw-example';

/** Numbers in a page. A growing table allocates pages, and does not copy its rows. */
const PAGE = 1 << 18;
/** Numbers before the elements of a row: line, id, and length and columns of question and answer. */
const HEADER = 6;
const NO_ID = -1;

/** The elements of a sequence: code points of a text, numbers, or the cells of a grid row by row. */
function elementsOf(sequence: RawSequence): { elements: ArrayLike<number>; columns: number } {
  if (typeof sequence === 'string') {
    return { elements: Array.from(sequence, (character) => character.codePointAt(0)!), columns: 0 };
  }
  const [first] = sequence;
  if (typeof first !== 'object') return { elements: sequence as readonly number[], columns: 0 };
  return { elements: (sequence as readonly (readonly number[])[]).flat(), columns: first.length };
}

function textOf(codePoints: Int32Array): string {
  let text = '';
  // A call takes a limited number of arguments.
  for (let at = 0; at < codePoints.length; at += 4096) {
    text += String.fromCodePoint(...codePoints.subarray(at, at + 4096));
  }
  return text;
}

function sequenceOf(kind: RawKind, elements: Int32Array, columns: number): RawSequence {
  if (kind === 'text') return textOf(elements);
  if (kind === 'numbers' || columns === 0) return Array.from(elements);
  const rows = elements.length / columns;
  return Array.from({ length: rows }, (_, row) => Array.from(elements.subarray(row * columns, (row + 1) * columns)));
}

/** The rows of a file in pages, four bytes for each character, number or cell. Objects would take far more. */
export class ExampleRows {
  length = 0;
  readonly ids: string[] = [];
  readonly #idNumbers = new Map<string, number>();
  readonly #pages: Int32Array[] = [];
  /** The page that is filled, and how much of it is used. */
  #current = -1;
  #used = PAGE;
  /** Where each row begins: page times PAGE plus index. */
  #places = new Float64Array(1024);

  constructor(readonly kind: RawKind) {}

  push({ input, output, id, line = 0 }: RawExample): void {
    const [question, answer] = [elementsOf(input), elementsOf(output)];
    const { length } = question.elements;
    const start = this.#allocate(HEADER + length + answer.elements.length);
    const page = this.#pages[Math.floor(start / PAGE)]!;
    const at = start % PAGE;
    page.set([line, this.#numberOf(id), length, question.columns, answer.elements.length, answer.columns], at);
    page.set(question.elements, at + HEADER);
    page.set(answer.elements, at + HEADER + length);
    if (this.length === this.#places.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places[this.length++] = start;
  }

  get(row: number): RawExample {
    const [page, at] = this.#find(row);
    const [line, id, inputLength, inputColumns, outputLength, outputColumns] = page.subarray(at, at + HEADER);
    const middle = at + HEADER + inputLength!;
    return {
      input: sequenceOf(this.kind, page.subarray(at + HEADER, middle), inputColumns!),
      output: sequenceOf(this.kind, page.subarray(middle, middle + outputLength!), outputColumns!),
      id: this.ids[id!],
      line: line === 0 ? undefined : line,
    };
  }

  /** The number of a row's id, by first appearance; -1 if it has none. */
  idOf(row: number): number {
    const [page, at] = this.#find(row);
    return page[at + 1]!;
  }

  #find(row: number): [page: Int32Array, at: number] {
    const place = this.#places[row]!;
    return [this.#pages[Math.floor(place / PAGE)]!, place % PAGE];
  }

  #numberOf(id: string | undefined): number {
    if (id === undefined) return NO_ID;
    const known = this.#idNumbers.get(id);
    if (known !== undefined) return known;
    this.#idNumbers.set(id, this.ids.length);
    return this.ids.push(id) - 1;
  }

  #allocate(size: number): number {
    // A long row gets its own page, so that other pages waste little space.
    const alone = size > PAGE / 4;
    if (alone || this.#used + size > PAGE) {
      this.#pages.push(new Int32Array(alone ? size : PAGE));
      if (!alone) [this.#current, this.#used] = [this.#pages.length - 1, 0];
    }
    if (alone) return (this.#pages.length - 1) * PAGE;
    this.#used += size;
    return this.#current * PAGE + this.#used - size;
  }
}

/** The rows of each group: those of one id, or a row without an id. In the order of first appearance. */
function* groupsOf(rows: ExampleRows): Generator<readonly number[]> {
  if (rows.ids.length === 0) {
    for (let row = 0; row < rows.length; row++) yield [row];
    return;
  }
  const members = rows.ids.map((): number[] => []);
  const first: number[][] = [];
  for (let row = 0; row < rows.length; row++) {
    const id = rows.idOf(row);
    const group = id === NO_ID ? [] : members[id]!;
    if (group.length === 0) first.push(group);
    group.push(row);
  }
  yield* first;
}

/**
 * The examples of a file, stored compactly. Examples with the same id stand together. Each access creates a new
 * example. `Array.from(table)` creates all of them.
 *
 * @example
 * ```ts
 * import { ExampleTable } from '@hrm/data';
 *
 * const table = ExampleTable.from([
 *   { input: '1+2', output: '3', id: 'a' },
 *   { input: '4+4', output: '8', id: 'b' },
 *   { input: '2+1', output: '3', id: 'a' },
 * ]);
 * console.log(table.kind, Array.from(table, ({ input }) => input).join()); // text 1+2,2+1,4+4
 * console.log(table.subsample({ count: 1, seed: 3 }).length); // 1 or 2: all variants of one puzzle
 * ```
 */
export class ExampleTable implements PuzzleSequence<RawExample> {
  readonly kind: RawKind;
  readonly #rows: ExampleRows;
  readonly #order: Int32Array;

  /** @internal Use {@link ExampleTable.from} or `readExamples`. */
  constructor(rows: ExampleRows, order?: Int32Array) {
    this.kind = rows.kind;
    this.#rows = rows;
    this.#order =
      order ?? Int32Array.from(rows.ids.length === 0 ? Array(rows.length).keys() : [...groupsOf(rows)].flat());
  }

  /** Stores examples of one kind. @throws RangeError if there are none. */
  static from(examples: Iterable<RawExample>): ExampleTable {
    let rows: ExampleRows | undefined;
    for (const example of examples) {
      const [first] = example.input;
      const kind = typeof example.input === 'string' ? 'text' : typeof first === 'object' ? 'grid' : 'numbers';
      rows ??= new ExampleRows(kind);
      rows.push(example);
    }
    if (!rows) throw new RangeError('ExampleTable.from: got no examples, expected at least one');
    return new ExampleTable(rows);
  }

  /** Number of examples. */
  get length(): number {
    return this.#order.length;
  }

  /** Returns an example, or undefined if there is none. A negative index counts from the end, as for arrays. */
  at(index: number): RawExample | undefined {
    const row = this.#order.at(index);
    return row === undefined ? undefined : this.#rows.get(row);
  }

  /** Keeps a random sample of the groups: examples without an id, and all examples of an id together. */
  subsample(subsample: Subsample): ExampleTable {
    const placeOfNext = rowPlaces(subsample);
    const kept: (readonly number[])[] = [];
    for (const group of groupsOf(this.#rows)) {
      const place = placeOfNext();
      if (place !== undefined) kept[place] = group;
    }
    return new ExampleTable(this.#rows, Int32Array.from(kept.flat()));
  }

  *[Symbol.iterator](): Generator<RawExample, void, undefined> {
    for (const row of this.#order) yield this.#rows.get(row);
  }
}
