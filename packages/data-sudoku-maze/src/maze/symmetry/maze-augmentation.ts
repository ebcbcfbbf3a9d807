import { type Augmentation, cellsFromTokens, dihedralSource, shapeKeepingTransforms, tokensFromCells } from '@hrm/data';
import { answerByRule, followsRule } from '../paths/answer-by-rule';
import type { Maze } from '../maze';

/**
 * Creates an augmentation that rotates and reflects each maze at random: one of the 8 symmetries of a square, or of the
 * 4 that keep the shape of another rectangle. An answer by the official rule (see `shortestPath`) is computed anew,
 * because the rule depends on directions. Any other answer is turned with its maze.
 *
 * @throws RangeError for an example of another size.
 *
 * @example
 * ```ts
 * import { trainingBatches } from '@hrm/data';
 * import { buildMazeDataset, generateMazePuzzles, mazeAugmentation } from '@hrm/data-sudoku-maze';
 *
 * const dataset = buildMazeDataset(generateMazePuzzles({ width: 10, count: 20 }));
 * for (const batch of trainingBatches(dataset, { batchSize: 10, epochs: 1, augment: mazeAugmentation(10, 10) })) {
 *   console.log(batch.inputs.subarray(0, 10).join());
 * }
 * ```
 */
export function mazeAugmentation(width: number, height: number): Augmentation {
  const sources = shapeKeepingTransforms(width, height).map((transform) => dihedralSource(width, height, transform));
  const before = new Int32Array(width * height);
  const apply = (tokens: Int32Array, source: Int32Array): void => {
    before.set(tokens);
    for (let cell = 0; cell < before.length; cell++) tokens[cell] = before[source[cell]!]!;
  };
  return (inputs, labels, random) => {
    if (inputs.length !== before.length || labels.length !== before.length) {
      throw new RangeError(`Expected examples of ${before.length} tokens (${width}x${height}); got ${inputs.length}.`);
    }
    const source = sources[random.integer(sources.length)]!;
    const mazeOf = (tokens: Int32Array): Maze => ({ width, height, cells: cellsFromTokens(tokens) });
    const isByRule = followsRule(mazeOf(inputs), labels, 1);
    apply(inputs, source);
    apply(labels, source);
    if (isByRule) labels.set(tokensFromCells(answerByRule(mazeOf(inputs))!));
  };
}
