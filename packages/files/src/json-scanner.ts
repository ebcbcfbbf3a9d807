import { quoteName } from './file-format-error';

/** Throws the error for a problem that a {@link JsonScanner} found. `index` counts UTF-16 units. */
export type JsonProblemReporter = (problem: string, expected: string, index: number) => never;

/**
 * Reads JSON token by token, for a reader that knows which token must come next.
 *
 * Such a reader sees duplicate keys, which `JSON.parse` hides. It builds only the values that it uses, so a malicious
 * text takes no more memory than its length. As strict as RFC 8259. Also refuses lone surrogates in strings.
 */
export class JsonScanner {
  #index = 0;

  constructor(
    readonly text: string,
    readonly fail: JsonProblemReporter,
  ) {}

  /** The index of the next token, or of the end of the text. */
  get index(): number {
    this.#skipWhitespace();
    return this.#index;
  }

  /** Skips `character` if it is the next token, and returns whether it was. */
  take(character: string): boolean {
    this.#skipWhitespace();
    if (this.text[this.#index] !== character) return false;
    this.#index++;
    return true;
  }

  /** Skips `character`, which must be the next token. */
  expect(character: string): void {
    if (!this.take(character)) this.fail(this.#found(), `"${character}"`, this.#index);
  }

  /** Reads an object: calls `readValue` with each key to read its value. Refuses a key for which `seen` is true. */
  readObject(readValue: (key: string, keyIndex: number) => void, seen: (key: string) => boolean): void {
    this.expect('{');
    if (this.take('}')) return;
    do {
      const keyIndex = this.index;
      const key = this.readString();
      if (seen(key)) this.fail(`the key ${quoteName(key)} appears twice`, 'each key once', keyIndex);
      this.expect(':');
      readValue(key, keyIndex);
    } while (this.take(','));
    this.expect('}');
  }

  /** Reads an array of at most `limit` integers from 0 to 2^53 - 1. */
  readIntegers(limit: number): number[] {
    this.expect('[');
    const integers: number[] = [];
    if (this.take(']')) return integers;
    do {
      if (integers.length === limit) this.fail('the list is too long', `at most ${limit} numbers`, this.index);
      integers.push(this.readInteger());
    } while (this.take(','));
    this.expect(']');
    return integers;
  }

  /** Reads an integer from 0 to 2^53 - 1, written as plain digits. */
  readInteger(): number {
    const start = this.index;
    let end = start;
    while (isDigit(this.text.charCodeAt(end))) end++;
    if (end === start) this.fail(this.#found(), 'an integer that is not negative', start);
    const digits = this.text.slice(start, Math.min(end, start + 17));
    const value = Number(digits);
    if (digits.length > 16 || !Number.isSafeInteger(value)) {
      this.fail('the number is too large', 'at most 2^53 - 1', start);
    }
    if (digits.length > 1 && digits.startsWith('0')) {
      this.fail('the number starts with 0', 'a number as JSON writes it', start);
    }
    this.#index = end;
    return value;
  }

  /** Reads a string. */
  readString(): string {
    const start = this.index;
    if (this.text[start] !== '"') this.fail(this.#found(), 'a string', start);
    let isPlain = true;
    for (this.#index = start + 1; ;) {
      const code = this.text.charCodeAt(this.#index);
      if (Number.isNaN(code)) this.fail('the string is not closed', 'a closing quote', start);
      if (code < 0x20) this.fail('a control character in a string', 'an escape for it', this.#index);
      if (code === 0x22) break;
      if (code === 0x5c) {
        isPlain = false;
        this.#checkEscape();
      } else {
        this.#index++;
      }
    }
    this.#index++;
    // `JSON.parse` is compact. Joining pieces here, a string of escapes would take sixteen times its length in memory.
    const quoted = this.text.slice(start, this.#index);
    return isPlain ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
  }

  /** Skips an escape, or the two escapes of a surrogate pair. */
  #checkEscape(): void {
    const start = this.#index;
    const letter = this.text[start + 1] ?? '';
    this.#index += 2;
    if (letter !== 'u') {
      if (!'"\\/bfnrt'.includes(letter) || letter === '') {
        this.fail('an unknown escape in a string', 'an escape of JSON', start);
      }
      return;
    }
    const unit = this.#readHexadecimal();
    if (unit < 0xd800 || unit > 0xdfff) return;
    if (unit < 0xdc00 && this.text.startsWith('\\u', this.#index)) {
      this.#index += 2;
      const low = this.#readHexadecimal();
      if (low >= 0xdc00 && low <= 0xdfff) return;
    }
    this.fail('half a surrogate pair in a string', 'whole characters', start);
  }

  #readHexadecimal(): number {
    const digits = this.text.slice(this.#index, this.#index + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      this.fail('an unfinished \\u escape in a string', 'four hexadecimal digits', this.#index);
    }
    this.#index += 4;
    return Number.parseInt(digits, 16);
  }

  #skipWhitespace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#index);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#index++;
    }
  }

  #found(): string {
    const character = this.text[this.#index];
    return character === undefined ? 'the text ends too early' : `found ${JSON.stringify(character)}`;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
