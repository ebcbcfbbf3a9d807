import { generateExamples, SeededRandom, type Task } from '@hrm/data';
import {
  additionTask,
  coloringTask,
  countdownTask,
  dyckTask,
  lifeTask,
  parityTask,
  queensTask,
  sortingTask,
} from '@hrm/data-small-tasks';
import { describeTask } from '@hrm/data/testing';
import { describe, expect, it } from 'vitest';
import {
  agrees,
  type Check,
  coloringAnswers,
  isCountdown,
  isDyck,
  isParity,
  isSorted,
  isSum,
  lifeAnswers,
  lifeAnswersOf,
  queensAnswers,
} from './independent-checks';

/** Right is the only answer that trying all of them finds. */
const isOnlyOne =
  (answersOf: (question: string) => string[]): Check =>
  (question, answer) => {
    const answers = answersOf(question);
    return answers.length === 1 && answers[0] === answer;
  };

const allQueens = queensAnswers(7);
const allPasts = lifeAnswers(4);

const cases: { name: string; task: Task; count: number; isRight: Check }[] = [
  { name: 'addition', task: additionTask(), count: 1000, isRight: isSum },
  {
    name: 'addition of 15 digits',
    task: additionTask({ digits: 15 }),
    count: 1000,
    isRight: (q, a) => sumOfLong(q, a),
  },
  { name: 'sorting', task: sortingTask({ length: 12, values: 36 }), count: 1000, isRight: isSorted },
  { name: 'parity', task: parityTask(), count: 1000, isRight: isParity },
  { name: 'dyck', task: dyckTask({ kinds: 4 }), count: 1000, isRight: isDyck },
  { name: 'countdown', task: countdownTask(), count: 1000, isRight: isCountdown },
  {
    name: 'queens',
    task: queensTask({ size: 7 }),
    count: 1000,
    isRight: isOnlyOne((question) => allQueens.filter((answer) => agrees(question, answer))),
  },
  {
    name: 'coloring',
    task: coloringTask({ vertices: 6, degree: 2 }),
    count: 1000,
    isRight: isOnlyOne((question) => coloringAnswers(question, '123')),
  },
  {
    name: 'life',
    task: lifeTask({ size: 4 }),
    count: 1000,
    isRight: isOnlyOne((question) => lifeAnswersOf(question, allPasts)),
  },
];

/** Too long for numbers of JavaScript: digit by digit. */
function sumOfLong(question: string, answer: string): boolean {
  const [a, b] = question.split('+').map((digits) => [...digits].reverse().map(Number)) as [number[], number[]];
  let carry = 0;
  if (answer.length !== question.length) return false;
  return [...answer].reverse().every((digit, k) => {
    const sum = (a[k] ?? 0) + (b[k] ?? 0) + carry;
    carry = sum > 9 ? 1 : 0;
    return Number(digit) === sum % 10;
  });
}

for (const { name, task } of cases) describeTask(`the task of ${name}`, task);

describe.each(cases)('$name', ({ task, count, isRight }) => {
  const examples = generateExamples(task, { count, seed: 3 });

  it(`generates examples that are right, and says so`, () => {
    for (const { input, output } of examples) {
      const [question, answer] = [task.decode(input), task.decode(output)];
      expect(isRight(question, answer), `${question} -> ${answer}`).toBe(true);
      expect(task.verify!(input, output)).toEqual({ valid: true, wrongCells: [] });
      expect(Array.from(task.encode(question))).toEqual(Array.from(input));
      expect(task.examine(input).flaw).toBeUndefined();
      const known = task.examine(input).answer;
      if (known) expect(Array.from(known)).toEqual(Array.from(output));
    }
  });

  it('finds a changed answer wrong, and says why and where', () => {
    const random = new SeededRandom(1);
    for (const { input, output } of examples) {
      const changed = Int32Array.from(output);
      // A character of Countdown at an even place is a number. Another operator may give the same value.
      const cell = task.name.startsWith('Countdown') ? 2 * random.integer(4) : random.integer(changed.length);
      changed[cell] = 1 + ((changed[cell]! + random.integer(task.vocabSize - 2)) % (task.vocabSize - 1));
      const { valid, reason, wrongCells } = task.verify!(input, changed);
      expect(valid, `${task.decode(input)} -> ${task.decode(changed)}`).toBe(false);
      expect(reason).toMatch(/^[a-z]/);
      for (const wrong of wrongCells) expect(wrong).toBeLessThan(task.seqLen);
    }
  });

  it('finds an answer of any tokens wrong without failing', () => {
    const random = new SeededRandom(2);
    for (const { input } of examples.slice(0, 200)) {
      for (const length of [0, 1, task.seqLen]) {
        const tokens = Array.from({ length }, () => random.integer(task.vocabSize));
        expect(task.verify!(input, tokens).valid).toBe(isRight(task.decode(input), task.decode(tokens)));
        expect(typeof task.draw(input, { prediction: tokens, color: true })).toBe('string');
      }
    }
  });

  it('repeats with the seed', () => {
    const again = generateExamples(task, { count: 20, seed: 3 });
    expect(again).toEqual(examples.slice(0, 20));
    expect(generateExamples(task, { count: 20, seed: 4 })).not.toEqual(again);
  });

  it('holds out what training does not have', () => {
    const heldOut = generateExamples(task, { count: 50, seed: 3, exclude: examples });
    const trained = new Set(examples.map(({ input }) => task.puzzleClass(input)));
    for (const { input } of heldOut) expect(trained.has(task.puzzleClass(input))).toBe(false);
  });
});
