import { defineTask, type Task } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { computedAnswer } from './computed-answer';

/**
 * Running parity: "01101" becomes "01001". Each answer says whether the ones so far are odd in number; the last is the
 * parity of the whole. Each step depends on all before it, so a model needs depth that grows with the length.
 *
 * There are 2^length different questions.
 *
 * @param options `length`: number of bits, 1 to 1000, default 20.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { parityTask } from '@hrm/data-small-tasks';
 *
 * const parity = parityTask({ length: 5 });
 * const question = parity.encode('01101');
 * console.log(parity.decode(parity.examine(question).answer!)); // 01001
 * ```
 */
export function parityTask(options: { length?: number } = {}): Task {
  const { length } = withDefaults('parity', options);
  const text = fixedText({ alphabet: '01', length, expected: `${length} bits` });
  const answerOf = (question: ArrayLike<number>) => {
    let parity = 0;
    return Int32Array.from(question, (token) => (parity ^= token - 1) + 1);
  };
  return defineTask({
    ...text,
    ...computedAnswer(text.decode, answerOf, 'not the parity of the bits so far'),
    name: `running parity of ${length} bits`,
    generate: (random) => {
      const input = Int32Array.from({ length }, () => 1 + random.integer(2));
      return { input, output: answerOf(input) };
    },
  });
}
