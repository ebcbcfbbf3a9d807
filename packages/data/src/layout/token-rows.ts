import { expectArray } from '@hrm/files/internal';
import { IGNORED_LABEL } from '../tokens';
import { fitBytes } from './dataset-size';
import type { TokenArray } from './puzzle-dataset';

/** A growing array of the tokens of many examples. */
export class TokenRows {
  #tokens: TokenArray;
  #used = 0;

  constructor(
    readonly name: 'input' | 'output',
    readonly vocabSize: number,
    readonly seqLen: number,
    /** The token that stands for `IGNORED_LABEL`; undefined if it is no valid token. */
    readonly ignored?: number,
  ) {
    this.#tokens = this.#make(seqLen);
  }

  /** A new array is all padding, because `PAD_TOKEN` is 0. */
  #make(length: number): TokenArray {
    return fitBytes(this.vocabSize, this.ignored) ? new Uint8Array(length) : new Int32Array(length);
  }

  add(row: ArrayLike<number>, example: number): void {
    expectArray(`buildDataset: the ${this.name} of example ${example}`, row);
    if (row.length > this.seqLen) {
      throw new RangeError(
        `buildDataset: the ${this.name} of example ${example} has ${row.length} tokens, expected at most ${this.seqLen}`,
      );
    }
    for (let k = 0; k < row.length; k++) {
      const token = row[k]!;
      if (Number.isInteger(token) && token >= 0 && token < this.vocabSize) continue;
      if (token === IGNORED_LABEL && this.ignored !== undefined) continue;
      throw new RangeError(
        `buildDataset: the ${this.name} of example ${example} has the token ${token} at position ${k}, ` +
          `expected a whole number from 0 to ${this.vocabSize - 1}`,
      );
    }
    if (this.#used + this.seqLen > this.#tokens.length) {
      const grown = this.#make(2 * this.#tokens.length);
      grown.set(this.#tokens);
      this.#tokens = grown;
    }
    for (let k = 0; k < row.length; k++) this.#tokens[this.#used + k] = row[k]! < 0 ? this.ignored! : row[k]!;
    this.#used += this.seqLen;
  }

  /** The tokens of all rows, `[examples * seqLen]`. */
  toArray(): TokenArray {
    return this.#tokens.slice(0, this.#used);
  }
}
