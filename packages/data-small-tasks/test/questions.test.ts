import { generateExamples, PuzzleTextError, type Task } from '@hrm/data';
import * as library from '@hrm/data-small-tasks';
import { describe, expect, it } from 'vitest';

const { additionTask, coloringTask, countdownTask, dyckTask, lifeTask, parityTask, queensTask, sortingTask } = library;

const isValid = (task: Task, question: string, answer: string) => {
  const read = (text: string) => Array.from(text.replaceAll(' ', ''), (character) => tokenOf(task, character));
  return task.verify!(task.encode(question), read(answer)).valid;
};

const tokenOf = (task: Task, character: string) => {
  for (let token = 1; token < task.vocabSize; token++) if (task.decode([token]) === character) return token;
  throw new Error(`no token for ${character}`);
};

describe('a question of several answers', () => {
  it('is right with each of them', () => {
    const queens = queensTask({ size: 4 });
    expect(isValid(queens, '.... .... .... ....', 'xQxx xxxQ Qxxx xxQx')).toBe(true);
    expect(isValid(queens, '.... .... .... ....', 'xxQx Qxxx xxxQ xQxx')).toBe(true);
    expect(isValid(queens, 'x... .... .... ....', 'Qxxx xxQx xQxx xxxQ')).toBe(false);
    const coloring = coloringTask({ vertices: 3 });
    expect(isValid(coloring, '.#- #.# -#.', '1#- #2# -#1')).toBe(true);
    expect(isValid(coloring, '.#- #.# -#.', '3#- #2# -#1')).toBe(true);
    expect(isValid(coloring, '.#- #.# -#.', '3#- #1# -#1')).toBe(false);
    expect(isValid(coloring, '.#- #.# -#.', '1-- -2# -#1')).toBe(false);
    const life = lifeTask({ size: 3 });
    expect(isValid(life, '.#. .#. .#.', '-+- o@o -+-')).toBe(true);
    expect(isValid(life, '.#. .#. .#.', '-+- -@- -+-')).toBe(false);
    const countdown = countdownTask({ numbers: 3 });
    expect(isValid(countdown, '1 3 7 = 28', '1+3*7')).toBe(true);
    expect(isValid(countdown, '1 3 7 = 28', '3+1*7')).toBe(true);
    expect(isValid(countdown, '1 3 7 = 28', '3+1*6')).toBe(false);
    expect(isValid(countdown, '1 3 7 = 28', '7*3+1')).toBe(false);
  });

  it('is reported to have several, and one without an answer to have none', () => {
    const queens = queensTask({ size: 4 });
    expect(queens.examine(queens.encode('.'.repeat(16)))).toEqual({ note: 'several answers are right' });
    expect(queens.examine(queens.encode('Q...'.padEnd(16, '.')))).toEqual({ flaw: 'it has no answer' });
    expect(queens.examine(queens.encode('.Q.Q'.padEnd(16, '.')))).toEqual({ flaw: 'it has no answer' });
    const coloring = coloringTask({ vertices: 3, colors: 2 });
    expect(coloring.examine(coloring.encode('.## #.# ##.'))).toEqual({ flaw: 'it has no answer' });
    expect(coloring.examine(coloring.encode('1#- #1# -#.'))).toEqual({ flaw: 'it has no answer' });
    const life = lifeTask({ size: 3 });
    expect(life.examine(life.encode('### ### ###'))).toEqual({ flaw: 'it has no answer' });
    const dyck = dyckTask({ pairs: 2 });
    for (const question of ['(???', '((((', '??((']) {
      expect(dyck.examine(dyck.encode(question))).toEqual({ flaw: 'its brackets do not match' });
    }
    const countdown = countdownTask({ numbers: 2 });
    expect(countdown.examine(countdown.encode('1 1 = 3'))).toEqual({ flaw: 'no expression has this value' });
  });
});

describe('a question in text', () => {
  it('is read as people write it', () => {
    const read = (task: Task, text: string) => task.decode(task.encode(text));
    expect(read(additionTask(), ' 12 + 00345')).toBe('0012+0345');
    expect(read(sortingTask({ length: 3 }), '3 1 2')).toBe('312');
    expect(read(countdownTask(), '7, 5 3 2 = 49')).toBe('2357=049');
    expect(read(queensTask({ size: 4 }), '.Q..\n....\n....\n....')).toBe('.Q.. .... .... ....');
    expect(read(parityTask({ length: 4 }), '01 10')).toBe('0110');
  });

  it('is refused with what is wrong, and where', () => {
    const failure = (task: Task, text: string) => {
      try {
        task.encode(text);
      } catch (error) {
        expect(error).toBeInstanceOf(PuzzleTextError);
        const { message, position } = error as PuzzleTextError;
        return `${position ?? '-'} ${message}`;
      }
      throw new Error(`${text} was accepted`);
    };
    expect(failure(additionTask(), '12345+1')).toMatch('up to 4 digits, such as 12+34');
    expect(failure(additionTask(), '12')).toMatch('up to 4 digits');
    expect(failure(sortingTask({ length: 3 }), '12')).toMatch('Expected 3 of the numbers 0123456789; got 2');
    expect(failure(parityTask({ length: 3 }), '0110')).toMatch('Expected 3 bits; got 4');
    expect(failure(dyckTask({ pairs: 1 }), '(')).toMatch('Expected 2 brackets, ? for each that closes; got 1');
    expect(failure(countdownTask({ numbers: 2 }), '1 0 = 1')).toMatch('Expected 2 numbers from 1 to 9');
    expect(failure(queensTask({ size: 4 }), '.Q.. .K..')).toMatch(/^6 Unexpected "K"/);
    expect(failure(queensTask({ size: 4 }), '.Q..')).toMatch('Expected 16 squares; got 4');
    expect(failure(coloringTask({ vertices: 3 }), '1## #.. ##.')).toMatch('row 2, column 3: expected # or -');
    expect(failure(coloringTask({ vertices: 3 }), '### #.# ##.')).toMatch('row 1, column 1: expected a colour or .');
    expect(failure(coloringTask({ vertices: 3 }), '.#- -.# -#.')).toMatch('edges join both ways');
  });
});

describe('options', () => {
  const { smallTaskOptions, ...makers } = library;
  const factories = Object.entries(makers) as [string, (options?: object) => Task][];

  it('are listed with their ranges', () => {
    expect(
      Object.keys(smallTaskOptions)
        .map((name) => `${name}Task`)
        .sort(),
    ).toEqual(Object.keys(makers).sort());
    expect(() => queensTask({ size: smallTaskOptions.queens.size[1] + 1 })).toThrow('from 4 to 12');
  });

  it.each(factories)('of %s have defaults; unknown names and wrong values are refused', (_, make) => {
    const { vocabSize, seqLen } = make();
    expect(seqLen * vocabSize).toBeGreaterThan(0);
    expect(() => make({ sise: 4 })).toThrow(/sise is not known; expected [a-z]/);
    const [option] = /expected (\w+)/.exec(String(caught(() => make({ sise: 4 }))))!.slice(1);
    for (const value of [0, -1, 2.5, 1e9, '4', null, Number.NaN]) {
      expect(() => make({ [option!]: value })).toThrow(`${option}: expected a whole number from`);
    }
  });

  it('limit the number of examples to those that exist', () => {
    const queens = queensTask({ size: 4 });
    expect(generateExamples(queens, { count: 2 })).toHaveLength(2);
    expect(() => generateExamples(queens, { count: 3 })).toThrow('only 2 different puzzles were found, expected 3');
    // 10 (10 + 1) / 2: 3+5 and 5+3 count as one.
    expect(() => generateExamples(additionTask({ digits: 1 }), { count: 56 })).toThrow('only 55 different');
    expect(() => generateExamples(countdownTask({ numbers: 2 }), { count: 139 })).toThrow('only 138 different');
    expect(() => generateExamples(countdownTask({ numbers: 3 }), { count: 2166 })).toThrow('only 2165 different');
    expect(() => generateExamples(dyckTask({ pairs: 3, kinds: 2 }), { count: 41 })).toThrow('only 40 different');
  });
});

function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('drawings', () => {
  it('of sequences point at wrong characters', () => {
    const parity = parityTask({ length: 5 });
    const question = parity.encode('01101');
    expect(parity.draw(question, {})).toBe('01101');
    expect(parity.draw(question, { prediction: parity.encode('01011') })).toBe('01101\n01011\n   ^');
    expect(parity.draw(question, { prediction: parity.encode('01001') })).toBe('01101\n01001');
    const colored = parity.draw(question, { prediction: parity.encode('01011'), color: true });
    expect(colored).toBe('01101\n010\u001b[31m1\u001b[0m1\n   ^');
  });

  it('of boards mark wrong cells', () => {
    const queens = queensTask({ size: 4 });
    const question = queens.encode('.Q.. .... .... ....');
    const prediction = queens.encode('xQxx xxxQ xxQx Qxxx');
    expect(queens.draw(question, {})).toBe('. Q . .\n. . . .\n. . . .\n. . . .');
    expect(queens.draw(question, { prediction })).toBe('x Q x x\nx x x Q!\nx x Q!x\nQ x x x');
    expect(queens.draw(question, { prediction, color: true })).toContain('\u001b[31mQ!\u001b[0m');
    const life = lifeTask({ size: 3 });
    const board = life.encode('.+. .#. .+.');
    expect(life.draw(board, {})).toBe('? . ?     . # .\n? ? ?  →  . # .\n? . ?     . # .');
    const past = life.encode('-+- -@- -+-');
    expect(life.draw(board, { prediction: past })).toBe('. . .     . #!.\n. # .  →  . #!.\n. . .     . #!.');
  });
});
