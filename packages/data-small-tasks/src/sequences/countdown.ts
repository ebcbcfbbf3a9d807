import { defineTask, invalid, PuzzleTextError, type Task, tokensTask, VALID } from '@hrm/data';
import { withDefaults } from '../small-task-options';
import { drawSequence } from './draw-sequence';
import { firstExpression, OPERATORS, valueOf } from './expressions';

/**
 * Countdown arithmetic: from numbers and a target, "137=028", to an expression with this value that uses each number
 * once, "1+3*7". An expression is worked out from left to right, like on a simple calculator; each step must give a whole
 * number from 1. `verify` accepts every such expression; the label is the first in the order of its characters. To
 * find one is a search, which grows about 40 times with each number.
 *
 * There are 138, 2,165 and 28,012 different questions with 2, 3 and 4 numbers.
 *
 * @param options `numbers`: how many, each from 1 to 9, 2 to 6, default 4.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { countdownTask } from '@hrm/data-small-tasks';
 *
 * const countdown = countdownTask({ numbers: 3 });
 * const question = countdown.encode('1 3 7 = 28');
 * console.log(countdown.verify!(question, [2, 12, 4, 14, 8]).reason);
 * ```
 */
export function countdownTask(options: { numbers?: number } = {}): Task {
  const { numbers: count } = withDefaults('countdown', options);
  const text = tokensTask({ seqLen: Math.max(count + 4, 2 * count - 1), alphabet: `0123456789=${OPERATORS}` });
  const partsOf = (question: ArrayLike<number>) => {
    const [numbers, target] = text.decode(question).split('=');
    return { numbers: Array.from(numbers!, Number), target: Number(target) };
  };
  const questionOf = (numbers: readonly number[], target: number) =>
    text.encode(`${numbers.toSorted().join('')}=${String(target).padStart(3, '0')}`);
  const verify: Task['verify'] = (question, answer) => {
    const { numbers, target } = partsOf(question);
    const expression = text.decode(answer);
    if (!/^[1-9]([-+*/][1-9])*$/.test(expression)) return invalid('not an expression such as 1+2*3');
    const used = Array.from(expression.replace(/\D/g, ''), Number);
    if (used.toSorted().join() !== numbers.toSorted().join()) return invalid('does not use each number once');
    const value = valueOf(Array.from(expression));
    if (value === 0) return invalid('has a step that does not give a whole number from 1');
    return value === target ? VALID : invalid(`the value is ${value}, not ${target}`);
  };
  // Some questions are drawn many times, and the search takes far longer than a draw.
  const labels = new Map<string, Int32Array>();
  const labelOf = (numbers: readonly number[], target: number) => {
    const key = `${numbers.toSorted().join('')}=${target}`;
    const label = labels.get(key) ?? Int32Array.from(text.encode(firstExpression(numbers, target)!));
    labels.set(key, label);
    return label;
  };
  return defineTask({
    ...text,
    name: `Countdown with ${count} numbers`,
    encode: (puzzle) => {
      const match = /^\s*((?:[1-9][\s,]*)+)=\s*(\d{1,3})\s*$/.exec(puzzle);
      const numbers = Array.from(match?.[1]?.replace(/\D/g, '') ?? '', Number);
      if (match && numbers.length === count) return questionOf(numbers, Number(match[2]));
      throw new PuzzleTextError(`Expected ${count} numbers from 1 to 9 and a target up to 999, such as 2 3 = 6.`);
    },
    draw: drawSequence({ ...text, verify }),
    verify,
    examine: (question) => {
      const { numbers, target } = partsOf(question);
      return firstExpression(numbers, target) === undefined ? { flaw: 'no expression has this value' } : {};
    },
    generate: (random) => {
      for (;;) {
        const numbers = Array.from({ length: count }, () => 1 + random.integer(9));
        const target = valueOf(
          numbers.flatMap((n, k) => (k === 0 ? [`${n}`] : [OPERATORS[random.integer(4)]!, `${n}`])),
        );
        if (target === 0 || target > 999) continue;
        return { input: questionOf(numbers, target), output: labelOf(numbers, target).slice() };
      }
    },
  });
}
