import { defineTask, type Task } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { computedAnswer } from './computed-answer';

/**
 * Sorting: "5 3 9 3" becomes "3359". Numbers above 9 are letters. A sorting network for n numbers is about log(n)^2
 * comparisons deep.
 *
 * There are values^length different questions.
 *
 * @param options `length`: how many numbers, 2 to 100, default 8; `values`: they are 0 to values - 1, 2 to 36,
 *   default 10.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { sortingTask } from '@hrm/data-small-tasks';
 *
 * const sorting = sortingTask({ length: 6 });
 * const { input, output } = sorting.generate!(new SeededRandom(0));
 * console.log(sorting.draw(input, { prediction: output }));
 * ```
 */
export function sortingTask(options: { length?: number; values?: number } = {}): Task {
  const { length, values } = withDefaults('sorting', options);
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, values);
  const text = fixedText({ alphabet, length, expected: `${length} of the numbers ${alphabet}` });
  const answerOf = (question: ArrayLike<number>) => Int32Array.from(question).sort();
  return defineTask({
    ...text,
    ...computedAnswer(text.decode, answerOf, 'not the numbers of the question in order'),
    name: `sorting of ${length} numbers`,
    generate: (random) => {
      const input = Int32Array.from({ length }, () => 1 + random.integer(values));
      return { input, output: answerOf(input) };
    },
  });
}
