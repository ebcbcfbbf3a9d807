/** The supported element types, as numpy names them (little-endian): u1 is uint8, i4 is int32, f8 is float64, ... */
export type NpyType = 'u1' | 'i1' | 'i2' | 'i4' | 'i8' | 'f4' | 'f8';

/** The contents of an .npy file's header. */
export interface NpyHeader {
  type: NpyType;
  shape: number[];
}

/** The longest header that is read, as in numpy. */
export const MAX_HEADER_BYTES = 10_000;
/** numpy 1 has at most 32 axes. */
const MAX_AXES = 32;

const DESCRIPTIONS: Readonly<Record<string, NpyType>> = {
  '|u1': 'u1',
  '<u1': 'u1',
  '|i1': 'i1',
  '<i1': 'i1',
  '<i2': 'i2',
  '<i4': 'i4',
  '<i8': 'i8',
  '<f4': 'f4',
  '<f8': 'f8',
};

/** Throws the error for a problem that {@link parseNpyHeader} found at the character `at` of the header. */
export type NpyHeaderProblemReporter = (found: string, expected: string, at: number) => never;

/**
 * Reads the Python dictionary of a header, as numpy.lib.format writes it, with exactly the keys descr, fortran_order
 * and shape. Evaluates nothing.
 */
class HeaderParser {
  #at = 0;

  constructor(
    readonly text: string,
    readonly fail: NpyHeaderProblemReporter,
  ) {}

  parse(): NpyHeader {
    const values = new Map<string, unknown>();
    this.#spaces();
    this.#expect('{');
    for (this.#spaces(); !this.#take('}'); this.#spaces()) {
      const keyAt = this.#at;
      const key = this.#string();
      if (values.has(key)) this.#fail(`the key '${key}' twice`, 'each key once', keyAt);
      this.#spaces();
      this.#expect(':');
      this.#spaces();
      if (key === 'descr') values.set(key, this.#description());
      else if (key === 'fortran_order') values.set(key, this.#cOrder());
      else if (key === 'shape') values.set(key, this.#shape());
      else this.#fail(`the key '${key}'`, 'descr, fortran_order and shape', keyAt);
      this.#spaces();
      if (!this.#take(',')) {
        this.#expect('}');
        break;
      }
    }
    const padding = this.text.slice(this.#at);
    if (/[^ \n]/.test(padding)) this.#fail('text after the dictionary', 'only spaces');
    for (const key of ['descr', 'fortran_order', 'shape']) {
      if (!values.has(key)) this.#fail(`no key '${key}'`, 'descr, fortran_order and shape');
    }
    // A header that was cut ends before its newline: then the rest of it would be read as data.
    if (!/^ *\n$/.test(padding)) this.#fail('no newline at the end', 'spaces and one newline');
    return { type: values.get('descr') as NpyType, shape: values.get('shape') as number[] };
  }

  #fail(found: string, expected: string, at = this.#at): never {
    return this.fail(found, expected, at);
  }

  #spaces(): void {
    while (this.text[this.#at] === ' ') this.#at++;
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (this.#take(character)) return;
    const found = this.#at < this.text.length ? JSON.stringify(this.text[this.#at]) : 'an early end';
    this.#fail(found, `'${character}'`);
  }

  #string(): string {
    const match = /^(?:'([a-z0-9_<>|=]*)'|"([a-z0-9_<>|=]*)")/.exec(this.text.slice(this.#at, this.#at + 64));
    if (!match) this.#fail('something other than a plain string', 'a short quoted name');
    this.#at += match[0].length;
    return match[1] ?? match[2]!;
  }

  #description(): NpyType {
    const at = this.#at;
    const description = this.#string();
    const type = Object.hasOwn(DESCRIPTIONS, description) ? DESCRIPTIONS[description] : undefined;
    const known = 'one of |u1, |i1, <i2, <i4, <i8, <f4, <f8 (convert the array with .astype)';
    return type ?? this.#fail(`the element type '${description}'`, known, at);
  }

  #cOrder(): false {
    if (this.text.startsWith('False', this.#at)) {
      this.#at += 5;
      return false;
    }
    if (this.text.startsWith('True', this.#at)) {
      this.#fail('fortran_order True', 'False (save the array with numpy.ascontiguousarray)');
    }
    return this.#fail('something other than a boolean', 'False');
  }

  #shape(): number[] {
    this.#expect('(');
    const shape: number[] = [];
    for (this.#spaces(); !this.#take(')'); this.#spaces()) {
      const match = /^(?:0|[1-9][0-9]{0,15})(?![0-9])/.exec(this.text.slice(this.#at, this.#at + 17));
      const length = match ? Number(match[0]) : NaN;
      if (!Number.isSafeInteger(length)) this.#fail('an axis without a valid length', 'an integer from 0 to 2^53 - 1');
      if (shape.length === MAX_AXES) this.#fail('too many axes', `at most ${MAX_AXES}`);
      this.#at += match![0].length;
      shape.push(length);
      this.#spaces();
      if (!this.#take(',')) {
        // In Python (3,) is a tuple and (3) is a number.
        if (shape.length === 1) this.#fail('a shape that is not a tuple', "',' after the only axis");
        this.#expect(')');
        break;
      }
    }
    return shape;
  }
}

/** Reads the text of a header. */
export function parseNpyHeader(text: string, fail: NpyHeaderProblemReporter): NpyHeader {
  return new HeaderParser(text, fail).parse();
}

/** The header as numpy writes it. Spaces let the first axis grow in place, and align the data to 64 bytes. */
export function formatNpyHeader(header: NpyHeader): string {
  const { type, shape } = header;
  const description = type === 'u1' || type === 'i1' ? `|${type}` : `<${type}`;
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${axes}), }`;
  if (shape.length > 0) text += ' '.repeat(Math.max(0, 21 - String(shape[0]).length));
  const unfilled = 10 + text.length + 1;
  return text + ' '.repeat((64 - (unfilled % 64)) % 64) + '\n';
}
