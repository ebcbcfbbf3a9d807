import { namedParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import type { ParameterPredicate } from '@hrm/trainer';

/** Whether a parameter is the named one, or under it; `*` stands for one part of the name. */
function isUnder(pattern: string, name: string): boolean {
  const [wanted, parts] = [pattern.split('.'), name.split('.')];
  return wanted.length <= parts.length && wanted.every((word, i) => word === '*' || word === parts[i]);
}

/**
 * Picks the parameters of a model by their names.
 *
 * @param patterns such as `puzzleEmbedding`, `outputHead.weight` or `lowLevel.blocks.*.attention`.
 * @throws RangeError for a name that the model does not have.
 */
export function trainedParts(patterns: readonly string[], model: RecursiveReasoner): ParameterPredicate {
  const names = [...namedParameters(model).keys()];
  for (const pattern of patterns) {
    if (names.some((name) => isUnder(pattern, name))) continue;
    const parts = [...new Set(names.map((name) => name.split('.')[0]!))];
    throw new RangeError(
      `trains: the model has no parameter "${pattern}", expected names among ${parts.join(', ')}, or under these`,
    );
  }
  return ({ name }) => patterns.some((pattern) => isUnder(pattern, name));
}
