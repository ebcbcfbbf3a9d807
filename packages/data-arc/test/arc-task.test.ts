import { PuzzleTextError } from '@hrm/data';
import { describeTask } from '@hrm/data/testing';
import { describe, expect, it } from 'vitest';
import { arcGridFromRows, arcTask, drawArcGrid, encodeArcGrid, parseArcGrid } from '../src/index';
import { training } from './testdata';

const pairs = training.flatMap(({ train }) => train);

describeTask('the task of ARC', arcTask(), {
  examples: pairs.map(({ input, output }) => ({ input: encodeArcGrid(input), output: encodeArcGrid(output!) })),
});

describe('text of a grid', () => {
  it('has many forms', () => {
    const forms = ['012/345', ' 0 1 2\n3 4 5\n', '0,1,2 / 3,4,5', '[[0,1,2],\n[3,4,5]]'];
    for (const text of forms) expect(parseArcGrid(text)).toEqual(arcGridFromRows([[0, 1, 2], [3, 4, 5]])); // prettier-ignore
  });

  it.each([
    ['01/2x', 'Unexpected "x"', 4],
    ['01/2', 'row 2 of the grid has 1 cells, expected 2', undefined],
    ['', 'row 1 of the grid has 0 cells', undefined],
    ['[[0, 1]', 'not a grid of ARC', undefined],
  ])('cannot be %j', (text, message, position) => {
    const read = () => arcTask().encode(text);
    expect(read).toThrow(PuzzleTextError);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as PuzzleTextError).position).toBe(position);
    }
  });
});

describe('a drawing', () => {
  const [answer, prediction] = [arcGridFromRows([[0, 1], [2, 3]]), arcGridFromRows([[0, 1, 5], [2, 9, 5]])]; // prettier-ignore
  it('has digits, marks wrong cells, and names another size', () => {
    expect(drawArcGrid(answer)).toBe('0 1\n2 3');
    expect(drawArcGrid(prediction, { answer })).toBe('0 1 5!\n2 9!5!\n3x2; the answer is 2x2');
    expect(drawArcGrid({ width: 0, height: 0, cells: new Uint8Array() }, { answer })).toBe('(an empty grid)');
  });

  it('has blocks of colour in a terminal', () => {
    const drawn = drawArcGrid(arcGridFromRows([[0, 4]]), { answer: arcGridFromRows([[0, 3]]), color: true });
    expect(drawn).toBe('\u001b[97;48;5;16m  \u001b[0m\u001b[30;48;5;220mxx\u001b[0m');
  });

  it('of the task is the grid wherever it lies, or the prediction', () => {
    const task = arcTask();
    const tokens = encodeArcGrid(answer, { row: 7, column: 28 });
    expect([task.draw(tokens, {}), task.decode(tokens)]).toEqual(['0 1\n2 3', '01/23']);
    const drawing = { prediction: encodeArcGrid(prediction), answer: encodeArcGrid(answer) };
    expect(task.draw(tokens, drawing)).toContain('2 9!5!');
    expect(task.draw(tokens, { ...drawing, prediction: new Uint8Array(900) })).toBe('(an empty grid)');
    expect(task.verify).toBeUndefined();
  });
});
