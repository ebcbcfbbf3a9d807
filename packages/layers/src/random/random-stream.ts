/** The whole state of a {@link RandomStream}: four unsigned 32-bit integers, safe to keep as JSON. */
export type RandomStreamState = readonly [number, number, number, number];

/** One round of splitmix32: spreads the bits of a counter over 32 bits. */
function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

const isWord = (word: unknown) => Number.isInteger(word) && (word as number) >= 0 && (word as number) < 2 ** 32;

const isRandomStreamState = (state: unknown): state is RandomStreamState =>
  Array.isArray(state) && state.length === 4 && state.every(isWord) && state.some((word) => word !== 0);

const rotateLeft = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));

/**
 * A repeatable stream of random numbers (xoshiro128**) whose state can be saved and restored.
 *
 * The libraries here draw every random number from such a stream, never from TensorFlow.js, which takes seed 0 for
 * "no seed". Equal seeds give equal numbers on every machine; every integer is a seed, 0 too.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 *
 * const random = new RandomStream(0);
 * console.log(random.uniform(), random.integer(2, 17));
 *
 * const saved = random.state;
 * const next = random.uniform();
 * if (RandomStream.restore(saved).uniform() !== next) throw new Error('a restored stream goes on as the saved one');
 * ```
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any safe integer; both its halves count, so 1 and 2^32 + 1 differ. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`RandomStream: the seed is ${seed}, expected a safe integer such as 0 or 42`);
    }
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    this.#a = mix(low);
    this.#b = mix(this.#a ^ high);
    this.#c = mix(this.#b + 1);
    this.#d = mix(this.#c + 2) | 1;
  }

  /**
   * The stream that goes on from a saved {@link RandomStream.state}.
   *
   * @throws RangeError for what no stream can have saved; four zeros, for one, would be followed by zeros for ever.
   */
  static restore(state: RandomStreamState): RandomStream {
    if (!isRandomStreamState(state)) {
      throw new RangeError(
        `RandomStream: the saved state is ${JSON.stringify(state)}, expected four unsigned 32-bit integers, not all zero`,
      );
    }
    const stream = new RandomStream(0);
    [stream.#a, stream.#b, stream.#c, stream.#d] = state;
    return stream;
  }

  /** What {@link RandomStream.restore} needs to go on from here. */
  get state(): RandomStreamState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** An unsigned 32-bit integer. */
  bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A number in [0, 1) with 24 random bits: exact in float32, so never rounded up to 1 in a tensor. */
  uniform(): number {
    return (this.bits() >>> 8) * 2 ** -24;
  }

  /** An integer in [low, high), each equally likely. */
  integer(low: number, high: number): number {
    const range = high - low;
    if (!Number.isInteger(low) || !Number.isInteger(high) || range < 1 || range > 2 ** 32) {
      throw new RangeError(`RandomStream.integer: got [${low}, ${high}), expected integers with low < high`);
    }
    // Draws at or above the largest multiple of the range would favour small results.
    const limit = 2 ** 32 - (2 ** 32 % range);
    let draw = this.bits();
    while (draw >= limit) draw = this.bits();
    return low + (draw % range);
  }

  /** A number from the standard normal distribution (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A new stream, independent of this one's later draws. */
  fork(): RandomStream {
    return RandomStream.restore(
      [this.bits(), this.bits(), this.bits(), this.bits() | 1].map(
        (word) => word >>> 0,
      ) as unknown as RandomStreamState,
    );
  }
}
