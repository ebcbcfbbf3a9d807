/** The whole state of a {@link RandomStream}: four unsigned 32-bit integers, which JSON can hold. */
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
 * A repeatable stream of random numbers (xoshiro128**). Its state can be saved and restored.
 *
 * These packages draw every random number from such a stream, never from TensorFlow.js, which treats seed 0 as "no
 * seed". Equal seeds give equal numbers on every machine. Every safe integer is a seed, including 0.
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
 * if (RandomStream.restore(saved).uniform() !== next) throw new Error('a restored stream continues where it was saved');
 * ```
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any safe integer. All bits count: 1 and 2^32 + 1 differ. */
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
   * Makes a stream that continues from a saved {@link RandomStream.state}.
   *
   * @throws RangeError for a state that no stream can have, such as four zeros.
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

  /** The state that {@link RandomStream.restore} continues from. */
  get state(): RandomStreamState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** Draws an unsigned 32-bit integer. */
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

  /** Draws a number in [0, 1) with 24 random bits. It is exact in float32, so a tensor never rounds it up to 1. */
  uniform(): number {
    return (this.bits() >>> 8) * 2 ** -24;
  }

  /** Draws an integer in [low, high), each equally likely. */
  integer(low: number, high: number): number {
    const range = high - low;
    if (!Number.isInteger(low) || !Number.isInteger(high) || range < 1 || range > 2 ** 32) {
      throw new RangeError(`RandomStream.integer: got [${low}, ${high}), expected integers with low < high`);
    }
    // Draws from the last, incomplete multiple of the range would favour small results.
    const limit = 2 ** 32 - (2 ** 32 % range);
    let draw = this.bits();
    while (draw >= limit) draw = this.bits();
    return low + (draw % range);
  }

  /** Draws from the standard normal distribution (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Makes a new stream, independent of later draws from this one. */
  fork(): RandomStream {
    return RandomStream.restore(
      [this.bits(), this.bits(), this.bits(), this.bits() | 1].map(
        (word) => word >>> 0,
      ) as unknown as RandomStreamState,
    );
  }
}
