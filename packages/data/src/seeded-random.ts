/** The whole state of a {@link SeededRandom}: four unsigned 32-bit integers, plain JSON. */
export type SeededRandomState = readonly [number, number, number, number];

const TWO_32 = 2 ** 32;

/** One round of splitmix32: a bijection of 32-bit integers that spreads every bit of its input. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

/**
 * A small seeded random number generator: sfc32, seeded with splitmix32. It yields the same numbers on every machine
 * and in every browser, and its state fits in a checkpoint. Not for cryptography.
 *
 * The seed is any safe integer, including 0 and negative ones. More integers select independent streams of that seed,
 * as in `new SeededRandom(seed, epoch)`.
 *
 * @throws RangeError if the seed or a stream is not a safe integer.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 *
 * const random = new SeededRandom(0);
 * console.log(random.integer(6), random.uniform(), random.permutation(5));
 *
 * const saved = JSON.stringify(random.state);
 * const resumed = SeededRandom.fromState(JSON.parse(saved));
 * console.log(resumed.nextUint32() === random.nextUint32()); // true
 * ```
 */
export class SeededRandom {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 0;

  constructor(seed: number, ...streams: number[]) {
    let hash = 0x9e3779b9 | 0;
    for (const part of [seed, ...streams]) {
      if (!Number.isSafeInteger(part)) {
        throw new RangeError(`A seed must be a safe integer, for example 0 or 42; got ${part}.`);
      }
      hash = mix((hash + 0x9e3779b9) ^ (part % TWO_32));
      hash = mix((hash + 0x9e3779b9) ^ Math.floor(part / TWO_32));
    }
    this.#a = mix(hash + 0x9e3779b9);
    this.#b = mix(hash + 2 * 0x9e3779b9);
    this.#c = mix(hash + 3 * 0x9e3779b9);
    this.#counter = 1;
    for (let round = 0; round < 12; round++) this.nextUint32();
  }

  /**
   * Creates a generator that continues from a saved state.
   *
   * @throws RangeError if the state is not four unsigned 32-bit integers.
   */
  static fromState(state: SeededRandomState): SeededRandom {
    const random = new SeededRandom(0);
    random.state = state;
    return random;
  }

  get state(): SeededRandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0];
  }

  set state(state: SeededRandomState) {
    const valid = Array.isArray(state) && state.length === 4 && state.every((word) => word >>> 0 === word);
    if (!valid) {
      throw new RangeError(`A random state is four unsigned 32-bit integers; got ${JSON.stringify(state)}.`);
    }
    [this.#a, this.#b, this.#c, this.#counter] = [state[0] | 0, state[1] | 0, state[2] | 0, state[3] | 0];
  }

  /** Draws a raw number, uniform over 0 .. 2^32 - 1. */
  nextUint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Draws a number uniform over [0, 1), with 53 bits. */
  uniform(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * Draws an integer uniform over 0 .. bound - 1, without bias (Lemire, "Fast Random Integer Generation in an
   * Interval", 2019).
   *
   * @throws RangeError unless bound is an integer from 1 to 2^32.
   */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
      throw new RangeError(`integer(bound) needs an integer bound from 1 to 2^32; got ${bound}.`);
    }
    // The product below is exact only below 2^53. Larger bounds use rejection sampling on the raw numbers.
    if (bound > 2 ** 21) {
      const limit = TWO_32 - (TWO_32 % bound);
      let draw = this.nextUint32();
      while (draw >= limit) draw = this.nextUint32();
      return draw % bound;
    }
    let draw = this.nextUint32();
    let low = Math.imul(draw, bound) >>> 0;
    if (low < bound) {
      const threshold = (TWO_32 - bound) % bound;
      while (low < threshold) {
        draw = this.nextUint32();
        low = Math.imul(draw, bound) >>> 0;
      }
    }
    return (draw * bound - low) / TWO_32;
  }

  /**
   * Shuffles an array in place (Fisher-Yates), or its part from `start` up to (not including) `end`. Returns the array.
   */
  shuffle<A extends { length: number; [index: number]: unknown }>(array: A, start = 0, end = array.length): A {
    for (let last = end - 1; last > start; last--) {
      const other = start + this.integer(last - start + 1);
      const value = array[last];
      array[last] = array[other];
      array[other] = value;
    }
    return array;
  }

  /** Draws a random permutation of 0 .. length - 1. */
  permutation(length: number): Int32Array {
    const order = new Int32Array(length);
    for (let index = 0; index < length; index++) order[index] = index;
    return this.shuffle(order);
  }
}
