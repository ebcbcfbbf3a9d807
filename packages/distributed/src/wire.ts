/**
 * How the numbers of a sum travel between ranks. `bfloat16` sends half as many bytes: each rank's numbers are rounded to
 * the nearest bfloat16, which keeps 8 bits, are added in float32, and the sums are rounded again. A sum is then wrong by
 * at most 2^-7 (0.8%) of the sum of the absolute values that were added.
 */
export type Wire = 'float32' | 'bfloat16';

/** The values of {@link Wire}. */
export const WIRES = ['float32', 'bfloat16'] as const satisfies readonly Wire[];

/** Numbers as they travel: float32, or bfloat16 as its 16 bits. */
export type WireNumbers = Float32Array | Uint16Array;

/** Numbers as they travel. A tie is rounded to the even neighbour. Those of `float32` share memory with the argument. */
export function toWire(values: Float32Array, wire: Wire): WireNumbers {
  if (wire === 'float32') return values;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const one = bits[i]!;
    const isNaN = (one & 0x7fffffff) > 0x7f800000;
    // Rounding up would turn some NaN into infinity.
    rounded[i] = isNaN ? (one >>> 16) | 0x40 : (one + 0x7fff + ((one >>> 16) & 1)) >>> 16;
  }
  return rounded;
}

/** The float32 numbers that travelled. */
export function fromWire(numbers: WireNumbers): Float32Array {
  if (numbers instanceof Float32Array) return numbers;
  const bits = new Uint32Array(numbers.length);
  for (let i = 0; i < bits.length; i++) bits[i] = numbers[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Adds up the numbers of the ranks, in float32 and in the order of the ranks. */
export function sumInOrder([first, ...others]: readonly WireNumbers[]): Float32Array {
  const sums = fromWire(first!.slice());
  for (const numbers of others) {
    const values = fromWire(numbers);
    for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
  }
  return sums;
}
