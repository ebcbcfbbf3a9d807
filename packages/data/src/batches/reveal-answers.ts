import { expectOptions } from '@hrm/files/internal';
import { IGNORED_LABEL } from '../tokens';
import type { Augmentation } from './augmentation';

/** Options of {@link revealAnswers}. */
export interface RevealAnswersOptions {
  /** Share of the examples in which cells are revealed, 0 to 1. */
  share: number;
  /** Largest number of revealed cells. The number is drawn for each example, uniform over 1 to `most`. */
  most: number;
}

/**
 * Creates an augmentation that reveals cells of the answer. In a share of the examples, some random cells get their
 * label as their token. This makes easier puzzles from hard ones, and a model learns sooner. Labels do not change. A
 * cell can be revealed if its label is not ignored and differs from its token.
 *
 * Apply it after augmentations that need the original puzzle, such as symmetries.
 *
 * @throws RangeError unless `share` is between 0 and 1 and `most` a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { revealAnswers, SeededRandom } from '@hrm/data';
 *
 * const inputs = Int32Array.of(1, 1, 4, 1);
 * const labels = Int32Array.of(2, 3, 4, -100);
 * revealAnswers({ share: 1, most: 2 })(inputs, labels, new SeededRandom(0));
 * console.log(inputs.join()); // one or two of the first two cells are 2 and 3
 * ```
 */
export function revealAnswers(options: RevealAnswersOptions): Augmentation {
  expectOptions('revealAnswers', options, ['share', 'most']);
  const { share, most } = options;
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`revealAnswers: share is ${share}, expected a number between 0 and 1, such as 0.5`);
  }
  if (!(Number.isSafeInteger(most) && most >= 1)) {
    throw new RangeError(`revealAnswers: most is ${most}, expected a whole number of at least 1, such as 20`);
  }
  return (inputs, labels, random) => {
    if (random.uniform() >= share) return;
    const hidden = inputs.map((_, cell) => cell).filter((cell) => isHidden(inputs[cell]!, labels[cell]!));
    const count = Math.min(1 + random.integer(most), hidden.length);
    for (const cell of random.shuffle(hidden).subarray(0, count)) inputs[cell] = labels[cell]!;
  };
}

const isHidden = (token: number, label: number) => label !== IGNORED_LABEL && label !== token;
