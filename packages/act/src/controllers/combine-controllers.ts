import { expectFactory } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';
import { quorum } from './quorum';

function expectMembers(combinator: string, factories: readonly HaltingFactory[]): void {
  if (factories.length === 0) {
    throw new RangeError(`${combinator}: got no controllers, expected one or more, such as ${combinator}(haltOnly())`);
  }
  factories.forEach((make, i) => expectFactory(`${combinator}: controller ${i + 1}`, make, 'haltOnly()'));
}

/**
 * Halts a puzzle as soon as one of the controllers would. Each keeps its own head, state and losses. `maxSegments` is
 * the smallest of theirs. Give controllers that learn the same `maxSegments`, because each learns for its own last
 * segment.
 *
 * @throws RangeError for an empty list of controllers.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { any, haltOnly, residualHalting } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const halting = any(haltOnly({ maxSegments: 16 }), residualHalting({ tolerance: 0.01, maxSegments: 16 }));
 * console.log(halting({ hiddenSize: 8, random: new RandomStream(0) }).maxSegments); // 16
 * ```
 */
export function any(...controllers: HaltingFactory[]): HaltingFactory {
  expectMembers('any', controllers);
  return quorum('any', 1, controllers);
}

/**
 * Halts a puzzle when all controllers would at the same segment. `maxSegments` is the largest of theirs. With
 * `fixedSteps(n)` among them, a puzzle gets at least `n` segments. Not for controllers that weight the token loss, such
 * as `gravesAct` and `ponder`: the segment that halts would have a weight near 0.
 *
 * @throws RangeError for an empty list of controllers.
 * @throws RangeError when a model is made, if one of several controllers weights the token loss.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { all, fixedSteps, qLearningHalting } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const halting = all(fixedSteps(4), qLearningHalting({ maxSegments: 16 })); // from 4 to 16 segments
 * console.log(halting({ hiddenSize: 8, random: new RandomStream(0) }).maxSegments); // 16
 * ```
 */
export function all(...controllers: HaltingFactory[]): HaltingFactory {
  expectMembers('all', controllers);
  return quorum('all', controllers.length, controllers);
}

/**
 * Halts a puzzle when at least `votes` of the controllers would at the same segment. `any` needs one vote, `all` needs
 * every vote. (For a minimum number of segments, see {@link all}.)
 *
 * @throws RangeError unless 1 <= votes <= number of controllers.
 * @throws RangeError when a model is made, if `votes` is above 1 and a controller weights the token loss.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { atLeast, haltOnly, residualHalting, unchangedAnswer } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const halting = atLeast(2, haltOnly(), unchangedAnswer(), residualHalting());
 * console.log(halting({ hiddenSize: 8, random: new RandomStream(0) }).name); // at-least-2
 * ```
 */
export function atLeast(votes: number, ...controllers: HaltingFactory[]): HaltingFactory {
  expectMembers('atLeast', controllers);
  if (!(Number.isInteger(votes) && votes >= 1 && votes <= controllers.length)) {
    throw new RangeError(
      `atLeast: votes is ${votes} with ${controllers.length} controllers, expected a whole number from 1 to ` +
        `${controllers.length}; for a minimum number of segments write all(fixedSteps(${votes}), controller)`,
    );
  }
  return quorum(`at-least-${votes}`, votes, controllers);
}
