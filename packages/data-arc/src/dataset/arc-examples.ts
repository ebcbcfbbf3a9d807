import { SeededRandom } from '@hrm/data';
import { type ArcAugmentation, arcGridAugmenter } from '../augmentation/arc-augmentation';
import { parseArcIdentifier } from '../augmentation/arc-identifier';
import { ARC_SIDE, type ArcGrid } from '../grids/arc-grid';
import { ARC_SEQ_LEN, type ArcPosition, writeArcTokens } from '../grids/arc-tokens';
import type { ArcPlan } from './plan-arc-dataset';

/** Random positions of the grids of a puzzle, of which one stays at the top left. */
function drawPositions(random: SeededRandom, sizes: readonly (readonly ArcGrid[])[]): ArcPosition[] {
  const stays = random.integer(sizes.length);
  return sizes.map((grids, index) => {
    if (index === stays) return {};
    const free = (side: 'width' | 'height') => ARC_SIDE - Math.max(...grids.map((grid) => grid[side])) + 1;
    return { row: random.integer(free('height')), column: random.integer(free('width')) };
  });
}

/**
 * Yields the inputs or the labels of a split, all those of a puzzle and its copies at once. In training the grids of a
 * pair are moved together; see {@link drawPositions}. Unknown outputs are padding, which has no loss.
 */
export function* arcExamples(
  plan: ArcPlan,
  split: 'train' | 'test',
  field: 'inputs' | 'labels',
): Generator<Uint8Array> {
  for (const { pairs, firstIdentifier, copies } of plan[split]) {
    const tokens = new Uint8Array(copies * pairs.length * ARC_SEQ_LEN);
    const augmenters = pairs.map(({ input, output }) =>
      [input, output].flatMap((grid) => (grid ? [arcGridAugmenter(grid)] : [])),
    );
    let start = 0;
    for (let identifier = firstIdentifier; identifier < firstIdentifier + copies; identifier++) {
      const { augmentation }: { augmentation: ArcAugmentation } = parseArcIdentifier(plan.identifiers[identifier]!);
      const grids = augmenters.map((pair) => pair.map((augment) => augment(augmentation)));
      const positions =
        split === 'train' ? drawPositions(new SeededRandom(plan.seed, 1, identifier), grids) : grids.map(() => ({}));
      grids.forEach(([input, output], index) => {
        const grid = field === 'inputs' ? input : output;
        if (grid) writeArcTokens(tokens.subarray(start, start + ARC_SEQ_LEN), grid, positions[index]);
        start += ARC_SEQ_LEN;
      });
    }
    yield tokens;
  }
}
