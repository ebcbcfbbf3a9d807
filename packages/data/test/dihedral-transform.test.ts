import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDihedralTransform, DIHEDRAL_INVERSE, type DihedralTransform, dihedralSize } from '../src/index';

const ALL: DihedralTransform[] = [0, 1, 2, 3, 4, 5, 6, 7];

describe('applyDihedralTransform', () => {
  // What dihedral_transform of the official dataset/common.py makes of numpy.arange(6).reshape(2, 3).
  it.each([
    [0, [0, 1, 2, 3, 4, 5]],
    [1, [2, 5, 1, 4, 0, 3]],
    [2, [5, 4, 3, 2, 1, 0]],
    [3, [3, 0, 4, 1, 5, 2]],
    [4, [2, 1, 0, 5, 4, 3]],
    [5, [3, 4, 5, 0, 1, 2]],
    [6, [0, 3, 1, 4, 2, 5]],
    [7, [5, 2, 4, 1, 3, 0]],
  ] as [DihedralTransform, number[]][])('%i is the official one', (transform, expected) => {
    expect([...applyDihedralTransform(Int32Array.of(0, 1, 2, 3, 4, 5), 3, 2, transform)]).toEqual(expected);
  });

  it('is undone by its inverse', () => {
    const side = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(...ALL), (width, height, transform) => {
        const grid = Int32Array.from({ length: width * height }, (_, cell) => cell);
        const there = applyDihedralTransform(grid, width, height, transform);
        const back = DIHEDRAL_INVERSE[transform]!;
        const size = dihedralSize(width, height, transform);
        expect(applyDihedralTransform(there, size.width, size.height, back)).toEqual(grid);
      }),
    );
  });

  it('refuses other numbers and sizes', () => {
    expect(() => applyDihedralTransform(new Uint8Array(4), 2, 2, 8 as never)).toThrow(/0 to 7; got 8/);
    expect(() => applyDihedralTransform(new Uint8Array(4), 3, 2, 1)).toThrow(/6 cells; got 4/);
  });
});
