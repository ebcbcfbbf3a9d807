import { defineTask, PuzzleTextError, type Task, tokensTask } from '@hrm/data';
import { withDefaults } from '../small-task-options';
import { computedAnswer } from './computed-answer';

/**
 * Addition of two numbers: "0417+0583" becomes "000001000", with as many leading zeros as the sum needs to end below the
 * second number. In half of the columns the digits add up to 9, which passes a carry on: the longer the numbers, the
 * further carries run.
 *
 * There are 10^digits (10^digits + 1) / 2 different questions: "12+34" and "34+12" count as one.
 *
 * @param options `digits` of each number, 1 to 15, default 4.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { additionTask } from '@hrm/data-small-tasks';
 *
 * const addition = additionTask({ digits: 3 });
 * const question = addition.encode('17+983');
 * console.log(addition.draw(question, {})); // 017+983
 * console.log(addition.verify!(question, addition.encode('17+982'))); // invalid
 * ```
 */
export function additionTask(options: { digits?: number } = {}): Task {
  const { digits } = withDefaults('addition', options);
  const text = tokensTask({ seqLen: 2 * digits + 1, alphabet: '0123456789+' });
  const questionOf = (numbers: readonly string[]) =>
    text.encode(numbers.map((number) => number.padStart(digits, '0')).join('+'));
  const answerOf = (question: ArrayLike<number>) => {
    const [a, b] = text.decode(question).split('+');
    return text.encode((BigInt(a!) + BigInt(b!)).toString().padStart(text.seqLen, '0'));
  };
  return defineTask({
    ...text,
    ...computedAnswer(text.decode, answerOf, 'not the sum'),
    name: `addition of numbers of ${digits} digits`,
    encode: (sum) => {
      const numbers = /^\s*0*(\d+)\s*\+\s*0*(\d+)\s*$/.exec(sum)?.slice(1);
      if (numbers?.every((number) => number.length <= digits)) return questionOf(numbers);
      throw new PuzzleTextError(`Expected two numbers of up to ${digits} digits, such as 12+34.`);
    },
    puzzleClass: (question) => text.decode(question).split('+').sort().join('+'),
    generate: (random) => {
      const columns = Array.from({ length: digits }, () => {
        const digit = random.integer(10);
        return [digit, random.integer(2) === 0 ? 9 - digit : random.integer(10)] as const;
      });
      const input = questionOf([columns.map(([a]) => a).join(''), columns.map(([, b]) => b).join('')]);
      return { input, output: answerOf(input) };
    },
  });
}
