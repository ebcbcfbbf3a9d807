import { DIHEDRAL_INVERSE, dihedralSize, dihedralSource, type DihedralTransform, type SeededRandom } from '@hrm/data';
import { ARC_COLOURS, type ArcGrid } from '../grids/arc-grid';

/** A change of a puzzle that keeps its rule: other colours, turned or reflected. */
export interface ArcAugmentation {
  readonly transform: DihedralTransform;
  /** The new colour of each colour, `[10]`. Colour 0 stays 0, because it is the background. */
  readonly colours: Uint8Array;
}

/** The augmentation that changes nothing. */
export const UNCHANGED: ArcAugmentation = {
  transform: 0,
  colours: Uint8Array.from({ length: ARC_COLOURS }, (_, colour) => colour),
};

/**
 * Draws a random augmentation: one of 8 symmetries, and a permutation of the colours 1 to 9. Source: `aug` of the
 * official dataset/build_arc_dataset.py, with other random numbers.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { randomArcAugmentation } from '@hrm/data-arc';
 *
 * const { transform, colours } = randomArcAugmentation(new SeededRandom(0));
 * console.log(transform, colours.join(''));
 * ```
 */
export function randomArcAugmentation(random: SeededRandom): ArcAugmentation {
  const transform = random.integer(8) as DihedralTransform;
  return { transform, colours: random.shuffle(UNCHANGED.colours.slice(), 1) };
}

/** Returns a function that augments one grid in any way. It remembers where the cells of each symmetry come from. */
export function arcGridAugmenter({ width, height, cells }: ArcGrid): (augmentation: ArcAugmentation) => ArcGrid {
  const sources: Int32Array[] = [];
  return ({ transform, colours }) => {
    const source = (sources[transform] ??= dihedralSource(width, height, transform));
    const augmented = new Uint8Array(cells.length);
    for (let cell = 0; cell < augmented.length; cell++) augmented[cell] = colours[cells[source[cell]!]!]!;
    return { ...dihedralSize(width, height, transform), cells: augmented };
  };
}

/**
 * Applies an augmentation to a grid.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, arcGridToRows, augmentArcGrid, invertArcAugmentation } from '@hrm/data-arc';
 *
 * const augmentation = { transform: 1, colours: Uint8Array.of(0, 2, 1, 3, 4, 5, 6, 7, 8, 9) } as const;
 * const augmented = augmentArcGrid(arcGridFromRows([[0, 1], [2, 3]]), augmentation);
 * console.log(arcGridToRows(augmented)); // [ [ 2, 3 ], [ 0, 1 ] ]
 * console.log(arcGridToRows(augmentArcGrid(augmented, invertArcAugmentation(augmentation)))); // [ [ 0, 1 ], [ 2, 3 ] ]
 * ```
 */
export function augmentArcGrid(grid: ArcGrid, augmentation: ArcAugmentation): ArcGrid {
  return arcGridAugmenter(grid)(augmentation);
}

/** Returns the augmentation that undoes another. See {@link augmentArcGrid}. */
export function invertArcAugmentation({ transform, colours }: ArcAugmentation): ArcAugmentation {
  const inverse = new Uint8Array(ARC_COLOURS);
  colours.forEach((to, from) => (inverse[to] = from));
  return { transform: DIHEDRAL_INVERSE[transform]!, colours: inverse };
}
