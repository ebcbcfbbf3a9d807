import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from '../src/tensors/half-precision';

const everyPattern = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe.each([
  { name: 'float16', widen: widenFloat16, narrow: narrowToFloat16, infinity: 0x7c00 },
  { name: 'bfloat16', widen: widenBfloat16, narrow: narrowToBfloat16, infinity: 0x7f80 },
])('$name', ({ widen, narrow, infinity }) => {
  test('all bit patterns, NaNs included, survive the way to float32 and back', () => {
    expect(narrow(widen(everyPattern))).toEqual(everyPattern);
  });

  test('narrowing rounds to the nearest number, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [bits] = narrow(Float32Array.of(value));
        const magnitude = bits! & 0x7fff;
        const [rounded] = widen(Uint16Array.of(magnitude));
        const exact = Math.abs(value);
        // As in IEEE 754, the first number beyond the largest counts as one more step.
        const step = (pattern: number) =>
          pattern === infinity
            ? 2 * widen(Uint16Array.of(infinity - 1))[0]! - widen(Uint16Array.of(infinity - 2))[0]!
            : widen(Uint16Array.of(pattern))[0]!;
        const error = Math.abs(step(magnitude) - exact);
        const below = magnitude === 0 ? Infinity : exact - step(magnitude - 1);
        const above = magnitude === infinity ? Infinity : step(magnitude + 1) - exact;
        expect(error).toBeLessThanOrEqual(Math.min(Math.abs(below), Math.abs(above)));
        if (magnitude !== infinity && (error === below || error === above)) expect(magnitude % 2).toBe(0);
        expect(bits! >>> 15).toBe(Object.is(value, -0) || value < 0 ? 1 : 0);
        expect(rounded === Infinity).toBe(magnitude === infinity);
      }),
      { numRuns: 3000, seed: 0 },
    );
  });
});

test('known values', () => {
  expect([...widenFloat16(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000))]).toEqual([
    1,
    -2,
    65504,
    2 ** -24,
    -0,
  ]);
  expect([...narrowToFloat16(Float32Array.of(65519, 65520, 2 ** -25, 2 ** -25 * 1.5))]).toEqual([0x7bff, 0x7c00, 0, 1]);
  expect([...widenBfloat16(Uint16Array.of(0x3f80, 0xc0a0))]).toEqual([1, -5]);
  expect([...narrowToBfloat16(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38))]).toEqual([
    0x3f80, 0x3f82, 0x7f80,
  ]);
});
