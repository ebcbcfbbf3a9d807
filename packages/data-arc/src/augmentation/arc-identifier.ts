import type { DihedralTransform } from '@hrm/data';
import { type ArcAugmentation, UNCHANGED } from './arc-augmentation';

/** Stands between the parts of a puzzle identifier. */
export const ARC_IDENTIFIER_SEPARATOR = '|||';

/**
 * Returns the identifier of an augmented puzzle, such as `007bbfb7|||t3|||0214356789`: the symmetry, and the new colour
 * of each colour. Source: `aug` of TinyRecursiveModels, dataset/build_arc_dataset.py.
 *
 * @example
 * ```ts
 * import { formatArcIdentifier } from '@hrm/data-arc';
 *
 * const colours = Uint8Array.of(0, 2, 1, 4, 3, 5, 6, 7, 8, 9);
 * console.log(formatArcIdentifier('007bbfb7', { transform: 3, colours })); // 007bbfb7|||t3|||0214356789
 * ```
 */
export function formatArcIdentifier(id: string, { transform, colours }: ArcAugmentation): string {
  return [id, `t${transform}`, colours.join('')].join(ARC_IDENTIFIER_SEPARATOR);
}

/**
 * Reads the identifier of a puzzle or augmented puzzle: `007bbfb7`, `007bbfb7|||t3|||0214356789`, or as the official
 * HRM writes it, `007bbfb7_t3_0214356789`.
 *
 * @returns the puzzle's own identifier and its augmentation; for anything else the whole name, unchanged.
 *
 * @example
 * ```ts
 * import { parseArcIdentifier } from '@hrm/data-arc';
 *
 * const { id, augmentation } = parseArcIdentifier('007bbfb7|||t3|||0214356789');
 * console.log(id, augmentation.transform, augmentation.colours.join('')); // 007bbfb7 3 0214356789
 * ```
 */
export function parseArcIdentifier(name: string): { id: string; augmentation: ArcAugmentation } {
  const [, id, transform, digits] = /^(.*)(?:\|\|\||_)t([0-7])(?:\|\|\||_)(0[1-9]{9})$/s.exec(name) ?? [];
  if (id === undefined || new Set(digits).size !== digits!.length) return { id: name, augmentation: UNCHANGED };
  const colours = Uint8Array.from(digits!, Number);
  return { id, augmentation: { transform: Number(transform) as DihedralTransform, colours } };
}
