import {
  buildDataset,
  ExampleTable,
  findAlphabet,
  gridFromTokens,
  gridPlanner,
  gridTask,
  gridTokens,
  PuzzleTextError,
  type RawExample,
  sequencePlanner,
  SeededRandom,
  tokensTask,
} from '../src/index';
import { describe, expect, it } from 'vitest';

const planOf = (train: RawExample[], test: RawExample[] = [], options = {}) => {
  const planner = sequencePlanner(options);
  for (const examples of [train, test]) if (examples.length > 0) planner.add(ExampleTable.from(examples));
  return planner.plan();
};

/** The labels of an example as a model learns them, and the text that it then answers. */
const answered = ({ task, encode }: ReturnType<typeof planOf>, example: RawExample) => {
  const { labels } = buildDataset([encode(example)], task).sets['all']!;
  return { labels: Array.from(labels), text: task.decode(labels) };
};

describe('sequencePlanner', () => {
  it('finds the alphabet, sorted by code point, and the longest sequence', () => {
    const plan = planOf([{ input: 'b😀', output: 'aé😀z' }], [{ input: 'b', output: '\u{10000}\uffff' }]);
    expect(plan.options).toEqual({ seqLen: 4, alphabet: 'abzé\uffff\u{10000}😀' });
    expect(plan).toMatchObject({
      longest: { input: '2', output: '4' },
      unseen: ['\uffff', '\u{10000}'],
      emptyAnswers: 0,
    });
    expect(plan.task.decode(plan.task.encode('😀é'))).toBe('😀é');
  });

  it('makes an answer end with padding that has a loss, and answers of full length need none', () => {
    const plan = planOf([{ input: '12+34', output: '46' }, { input: '1', output: '' }]); // prettier-ignore
    expect(plan.options).toEqual({ seqLen: 5, alphabet: '+12346' });
    expect(plan.emptyAnswers).toBe(1);
    expect(answered(plan, { input: '1', output: '46' })).toEqual({ labels: [5, 6, 0, 0, 0], text: '46' });
    expect(answered(plan, { input: '1', output: '' })).toEqual({ labels: [0, 0, 0, 0, 0], text: '' });
    expect(buildDataset([plan.encode({ input: '1', output: '2' })], plan.task).metadata.ignoreLabelId).toBe(-100);
    const long = planOf([{ input: 'a', output: 'abab' }]);
    expect(long.options.seqLen).toBe(4);
    expect(answered(long, { input: 'a', output: 'abab' })).toEqual({ labels: [1, 2, 1, 2], text: 'abab' });
  });

  it('shifts numbers, so that 0 and negative numbers are tokens, and answers have the numbers again', () => {
    const plan = planOf([{ input: [0, 9], output: [0] }], [{ input: [-1], output: [3, 0, 0] }]);
    expect(plan.options).toEqual({ seqLen: 3, numbers: [-1, 9] });
    expect(plan.unseen).toEqual(['-1', '3']);
    expect(answered(plan, { input: [1], output: [0, 0] })).toEqual({ labels: [2, 2, 0], text: '0 0' });
    expect(Array.from(plan.task.encode('[0, -1] 9'))).toEqual([2, 1, 11]);
    expect(tokensTask(JSON.parse(JSON.stringify(plan.options))).decode([1, 11])).toBe('-1 9');
    expect(() => plan.task.encode('0 10')).toThrow('number 2: expected a whole number from -1 to 9; got "10".');
  });

  it('cuts text at a separator', () => {
    const words = planOf([{ input: 'to  be\tor', output: 'not to' }], [], { separator: ' ' });
    expect(words.options).toEqual({ seqLen: 3, alphabet: ['be', 'not', 'or', 'to'], separator: ' ' });
    expect(words.task.decode(words.task.encode(' or not '))).toBe('or not');
    const items = planOf([{ input: '1, 10,2', output: '10' }], [], { separator: ',' });
    expect(items.options.alphabet).toEqual(['1', '10', '2']);
    expect(items.task.decode(items.task.encode('10,1'))).toBe('10, 1');
    expect(() => items.task.encode('10,,1')).toThrow('Expected a word before and after each ",".');
    expect(() => items.task.encode('10, 3')).toThrow(expect.objectContaining({ position: 4, message: 'Unexpected "3"; the words are "1 10 2".' })); // prettier-ignore
  });

  it('holds examples to a declared alphabet, and names the line', () => {
    const plan = planOf([{ input: '1', output: '2' }], [], { alphabet: '9210' });
    expect(plan.options).toEqual({ seqLen: 1, alphabet: '9210' });
    const planner = sequencePlanner({ alphabet: '12' });
    const wrong = { input: '1', output: '2x', line: 7 };
    expect(() => planner.add([{ input: '1', output: '2', line: 6 }, wrong])).toThrow(
      expect.objectContaining({ line: 7, position: 1, message: '"x" is not in the alphabet.' }),
    );
    expect(() => planOf([{ input: '1', output: '2' }], [], { alphabet: '121' })).toThrow('"1" occurs twice');
  });

  it('refuses other kinds, too many symbols and nothing', () => {
    expect(() => planOf([{ input: [1], output: [2] }], [{ input: '1', output: '2' }])).toThrow(PuzzleTextError);
    expect(() => planOf([{ input: [[1]], output: [[2]] }])).toThrow(
      'It is a grid, expected text or a list of numbers.',
    );
    expect(() => planOf([{ input: [0], output: [65_535] }])).toThrow(
      'the numbers go from 0 to 65535, expected at most',
    );
    expect(planOf([{ input: [1], output: [65_535] }]).task.vocabSize).toBe(65_536);
    const many = Array.from({ length: 65_536 }, (_, k) => String.fromCodePoint(0x10000 + k));
    expect(() => planOf([{ input: many.join(''), output: '' }])).toThrow('more than 65535 different symbols');
    expect(() => sequencePlanner().plan()).toThrow('got no symbols');
    expect(() => findAlphabet([{ input: [1], output: [2] }])).toThrow('expected examples of text');
  });

  it('keeps variants of one puzzle in one group', () => {
    const table = ExampleTable.from(['a', 'b', 'a'].map((id, k) => ({ input: 'xyz'[k]!, output: 'x', id })));
    const planner = sequencePlanner();
    planner.add(table);
    const { task, encode } = planner.plan();
    const { metadata, sets } = buildDataset(Array.from(table, encode), task);
    expect([metadata.totalGroups, sets['all']!.groupIndices.join(), sets['all']!.inputs.join()]).toEqual([
      2,
      '0,2,3',
      '1,3,2',
    ]);
  });
});

describe('tokensTask', () => {
  it.each([
    [{ seqLen: 4 }, 'tokens: vocabSize: expected a whole number from 2'],
    [{ seqLen: 4, alphabet: 'ab', numbers: [0, 1] }, 'alphabet, numbers: expected only one of them'],
    [{ seqLen: 4, separator: ' ' }, 'separator: expected text, together with alphabet'],
    [{ seqLen: 4, vocabSize: 5, numbers: [0, 9] }, 'vocabSize: expected 11'],
    [{ seqLen: 4, numbers: [9, 0] }, 'numbers: expected the least and the greatest number; got [9,0]'],
    [{ seqLen: 4, numbers: [0, 0.5] }, 'numbers: expected the least and the greatest'],
    [{ seqLen: 4, alphabet: ['a', ''] }, 'alphabet: expected a text of all characters, or a list of all words'],
    [{ seqLen: 4, alphabet: 3 }, 'alphabet: expected a text of all characters; got 3'],
  ])('refuses %j', (options, message) => {
    expect(() => tokensTask(options as never)).toThrow(message);
    expect(() => tokensTask(options as never)).toThrow(RangeError);
  });
});

describe('grids', () => {
  it('are found again in their tokens, whatever their size', () => {
    const random = new SeededRandom(0);
    for (let k = 0; k < 200; k++) {
      const size = { width: 1 + random.integer(5), height: 1 + random.integer(5) };
      const [rows, columns] = [1 + random.integer(size.height), 1 + random.integer(size.width)];
      const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.integer(10)));
      expect(gridFromTokens(gridTokens(grid, size), size)).toEqual(grid);
    }
  });

  it('have an end after each row and below each column, and padding without a loss', () => {
    expect(Array.from(gridTokens([[0, 1], [2, 3]], { width: 4, height: 3 }))).toEqual([2, 3, 1, 0, 4, 5, 1, 0, 1, 1, 0, 0]); // prettier-ignore
    const planner = gridPlanner();
    planner.add([{ input: [[1, 1, 4]], output: [[0], [0]] }]);
    planner.add([{ input: [[6]], output: [[5]] }]);
    const { task, options, longest, unseen, encode } = planner.plan();
    expect([options, longest, unseen]).toEqual([{ width: 3, height: 2, colors: 7 }, { input: '3x1', output: '1x2' }, ['5', '6']]); // prettier-ignore
    const { metadata, sets } = buildDataset([encode({ input: [[6]], output: [[5]] })], task);
    expect([metadata.ignoreLabelId, sets['all']!.labels.join()]).toEqual([0, '7,1,0,1,0,0']);
    expect(task.grid).toEqual({ rows: 2, columns: 3 });
  });

  it('are cut at the first row or column that is no color', () => {
    const size = { width: 3, height: 3 };
    expect(gridFromTokens([2, 3, 1, 4, 1, 1, 5, 0, 1], size)).toEqual([[0], [2], [3]]);
    expect(gridFromTokens([1, 3, 3], size)).toEqual([]);
    expect(gridFromTokens([], size)).toEqual([]);
  });

  it('are refused with the line if their colors are out of range', () => {
    expect(() => gridPlanner().add([{ input: [[0]], output: [[-1]], line: 3 }])).toThrow(expect.objectContaining({ line: 3, message: 'The output has the color -1, expected 0 to 65533.' })); // prettier-ignore
    expect(() => gridPlanner().add([{ input: 'x', output: [[1]] }])).toThrow('The input is text, expected a grid');
    expect(() => gridPlanner().add([{ input: [1], output: [[1]] }])).toThrow('The input is a list, expected a grid');
    expect(() => gridPlanner().plan()).toThrow('got no examples');
  });

  const task = gridTask({ width: 3, height: 2, colors: 12 });
  it.each([
    ['[[1, 2]', 'Expected a grid such as'],
    ['[[1, 2], [3]]', 'row 2 of the grid has 1 cells'],
    ['[1, 2]', 'Expected the rows of a grid'],
    ['', 'Expected the rows of a grid'],
    ['12/3x', 'Expected rows of digits'],
    ['1/2/3', 'Expected at most 2 rows and 3 columns; got 3 and 1.'],
    ['[[12]]', 'Expected colors from 0 to 11; got 12.'],
    ['[[-1]]', 'Expected colors from 0 to 11; got -1.'],
  ])('as text are refused: %s', (text, message) => {
    expect(() => task.encode(text)).toThrow(message);
    expect(() => task.encode(text)).toThrow(PuzzleTextError);
  });

  it('are drawn in colors', () => {
    const question = task.encode('[[1, 11]]');
    expect([task.decode(question), task.draw(question, {})]).toEqual(['[[1,11]]', '1b']);
    expect(task.draw(question, { prediction: task.encode('0\n2') })).toBe('0\n2');
    expect(task.draw(question, { color: true })).toBe('\u001b[48;5;27m 1\u001b[0m\u001b[48;5;27m b\u001b[0m');
    expect(gridTask({ width: 2, height: 1, colors: 40 }).draw([38, 3], {})).toBe('36  1');
  });
});
