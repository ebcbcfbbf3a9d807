import { defineTask, expectTaskOptions, type Task } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { drawSequence } from './draw-sequence';
import { sameSequence } from './same-sequence';

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
  const { length, ...unknown } = { length: 20, ...options };
  expectTaskOptions('parity', { length, ...unknown }, { length: [1, 1000] });
  const text = fixedText({ alphabet: '01', length, expected: `${length} bits` });
  const answerOf = (question: ArrayLike<number>) => {
    let parity = 0;
    return Int32Array.from(question, (token) => (parity ^= token - 1) + 1);
  };
  const verify: Task['verify'] = (question, answer) =>
    sameSequence(answer, answerOf(question), 'not the parity of the bits so far');
  return defineTask({
    ...text,
    name: `running parity of ${length} bits`,
    draw: drawSequence({ ...text, verify }),
    verify,
    examine: (question) => ({ answer: answerOf(question) }),
    generate: (random) => {
      const input = Int32Array.from({ length }, () => 1 + random.integer(2));
      return { input, output: answerOf(input) };
    },
  });
}
