/** Widens bfloat16 numbers, given as bits, to float32. Exact: a bfloat16 is the upper half of a float32. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
  return new Float32Array(wide.buffer);
}

/** Rounds to the nearest bfloat16 numbers, ties to even, as PyTorch does. Returns their bits. */
export function narrowToBfloat16(values: Float32Array): Uint16Array {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = wide[i]!;
    if ((word & 0xffff) === 0) {
      bits[i] = word >>> 16;
    } else if ((word & 0x7fffffff) > 0x7f800000) {
      // Rounding could turn a NaN into infinity. So cut it, and keep it a quiet NaN.
      bits[i] = (word >>> 16) | 0x40;
    } else {
      bits[i] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    }
  }
  return bits;
}

/** Widens IEEE half-precision numbers, given as bits, to float32. Exact. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = float16BitsToFloat32Bits(bits[i]!);
  return new Float32Array(wide.buffer);
}

/** Rounds to the nearest IEEE half-precision numbers, ties to even, as PyTorch does. Returns their bits. */
export function narrowToFloat16(values: Float32Array): Uint16Array {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = float32BitsToFloat16Bits(wide[i]!);
  return bits;
}

function float16BitsToFloat32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal float32. Move its leading one to the place of the float32's implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function float32BitsToFloat16Bits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 0xff) {
    const payload = fraction >>> 13;
    return sign | 0x7c00 | (fraction !== 0 && payload === 0 ? 0x200 : payload);
  }
  if (exponent > 142) return sign | 0x7c00;
  if (exponent >= 113) {
    // Rounding up may carry into the exponent, and from the largest half into infinity. Both are correct.
    return sign | ((((exponent - 112) << 10) | (fraction >>> 13)) + roundUp(fraction, 13));
  }
  if (exponent < 102) return sign;
  const significand = fraction | 0x800000;
  const cut = 126 - exponent;
  return sign | ((significand >>> cut) + roundUp(significand, cut));
}

/** 1 if cutting the lowest `cut` bits of `word` rounds up (ties to even), else 0. */
function roundUp(word: number, cut: number): number {
  const half = 1 << (cut - 1);
  const rest = word & ((1 << cut) - 1);
  return rest > half || (rest === half && ((word >>> cut) & 1) === 1) ? 1 : 0;
}
