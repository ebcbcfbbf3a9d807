import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  arcGridFromRows,
  arcGridToRows,
  augmentArcGrid,
  cropArcGrid,
  drawArcAugmentations,
  encodeArcGrid,
  formatArcIdentifier,
  invertArcAugmentation,
  parseArcIdentifier,
  randomArcAugmentation,
} from '../src/index';

const grids = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.infiniteStream(fc.nat(9)))
  .map(([width, height, colours]) => ({ width, height, cells: Uint8Array.from({ length: width * height }, () => colours.next().value as number) })); // prettier-ignore

describe('a grid', () => {
  it('is the same after rows, tokens, and an augmentation that is undone', () => {
    fc.assert(
      fc.property(grids, fc.integer(), (grid, seed) => {
        expect(arcGridFromRows(arcGridToRows(grid))).toEqual(grid);
        expect(cropArcGrid(encodeArcGrid(grid))).toEqual(grid);
        const name = formatArcIdentifier('a', randomArcAugmentation(new SeededRandom(seed)));
        const { id, augmentation } = parseArcIdentifier(name);
        expect(id).toBe('a');
        expect(formatArcIdentifier(id, augmentation)).toBe(name);
        expect(augmentArcGrid(augmentArcGrid(grid, augmentation), invertArcAugmentation(augmentation))).toEqual(grid);
      }),
    );
  });

  it('has a border below and to the right, where there is room', () => {
    const tokens = encodeArcGrid(arcGridFromRows([[0, 9]]), { row: 28, column: 27 });
    const at = (row: number) => [...tokens.subarray(row * 30 + 26, row * 30 + 30)];
    expect([at(27), at(28), at(29)]).toEqual([[0, 0, 0, 0], [0, 2, 11, 1], [0, 1, 1, 0]]); // prettier-ignore
    expect(tokens.reduce((sum, token) => sum + token, 0)).toBe(2 + 11 + 1 + 1 + 1);
    const corner = encodeArcGrid(arcGridFromRows([[0]]), { row: 29, column: 29 });
    expect([corner[899], corner.filter((token) => token > 0).length]).toEqual([2, 1]);
    expect(() => encodeArcGrid(arcGridFromRows([[0, 9]]), { column: 29 })).toThrow(/2x1 with 2 cells at row 0 and column 29 does not fit/); // prettier-ignore
  });

  it('is cropped to the largest rectangle of colours, with fewest rows', () => {
    const tokens = new Uint8Array(900);
    const write = (text: string) => text.split('/').forEach((row, index) => tokens.set(Array.from(row, Number), 30 * index)); // prettier-ignore
    write('2341/2311/2111/2221');
    expect(arcGridToRows(cropArcGrid(tokens))).toEqual([[0, 1], [0, 1]]); // prettier-ignore
    write('1111/2311');
    expect(cropArcGrid(tokens)).toEqual({ width: 0, height: 0, cells: new Uint8Array() });
  });

  it.each([
    ['text', /the grid is "text", expected a list of rows/],
    [[], /the grid has 0 rows, expected 1 to 30/],
    [[[]], /row 1 of the grid has 0 cells, expected 1 to 30/],
    [[[0, 1], [2]], /row 2 of the grid has 1 cells, expected 2 as in the first row/],
    [[[0, 10]], /row 1 of the grid has the colour 10, expected a whole number from 0 to 9/],
    [[[0], ['1']], /row 2 of the grid has the colour "1"/],
    [[[0.5]], /the colour 0.5/],
    [[[0], 1], /row 2 of the grid is 1, expected a list of colours/],
    [Array.from({ length: 31 }, () => [0]), /the grid has 31 rows/],
    [[new Array<number>(31).fill(0)], /row 1 of the grid has 31 cells/],
  ])('cannot be %j', (rows, message) => {
    expect(() => arcGridFromRows(rows)).toThrow(message);
  });
});

describe('an identifier', () => {
  it('is read in the forms of both official programs; anything else is the name of a puzzle', () => {
    const names = [
      'a|||t3|||0214356789',
      'a_t3_0214356789',
      'a_b|||t0|||0123456789',
      'a|||t8|||0123456789',
      'a_t3_0114356789',
      'x|y',
    ];
    const read = names.map(parseArcIdentifier).map(({ id, augmentation: { transform, colours } }) => `${id} ${transform} ${colours.join('')}`); // prettier-ignore
    const unchanged = '0 0123456789';
    expect(read).toEqual(['a 3 0214356789', 'a 3 0214356789', `a_b ${unchanged}`, ...names.slice(3).map((name) => `${name} ${unchanged}`)]); // prettier-ignore
  });
});

describe('augmentations', () => {
  it('are different, never that of the puzzle itself, and fewer for a puzzle with symmetries', () => {
    const one = arcGridFromRows([[1]]);
    const puzzle = { id: 'a', train: [{ input: one, output: one }], test: [{ input: one }] };
    // Only the new colour of 1 matters, and 8 of them differ from it.
    const drawn = drawArcAugmentations(puzzle, 100, new SeededRandom(0));
    expect(drawn.map(({ colours }) => colours[1]).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(drawArcAugmentations(puzzle, 3, new SeededRandom(0))).toEqual(drawn.slice(0, 3));
  });

  it('leave the background, and draw all symmetries and colours', () => {
    const random = new SeededRandom(1);
    const drawn = Array.from({ length: 500 }, () => randomArcAugmentation(random));
    expect(new Set(drawn.map(({ transform }) => transform)).size).toBe(8);
    expect(drawn.every(({ colours }) => colours[0] === 0 && new Set(colours).size === 10)).toBe(true);
    expect(new Set(drawn.map(({ colours }) => colours[9])).size).toBe(9);
  });
});
