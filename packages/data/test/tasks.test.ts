import { describe, expect, it } from 'vitest';
import {
  buildDataset,
  defineTask,
  expectTaskOptions,
  generateExamples,
  IGNORED_LABEL,
  invalid,
  PuzzleTextError,
  SeededRandom,
  TaskError,
  type Task,
  type TaskDefinition,
  tokensTask,
  VALID,
} from '../src/index';

const minimal: TaskDefinition = {
  name: 'letters',
  vocabSize: 27,
  seqLen: 4,
  encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 96),
  decode: (tokens) => Array.from(tokens, (token) => String.fromCharCode(96 + token)).join(''),
};

describe('defineTask', () => {
  it('fills in the defaults: draws by decode, knows no flaws, and compares questions by their tokens', () => {
    const task = defineTask(minimal);
    const question = task.encode('abc');
    expect(task.draw(question, {})).toBe('abc');
    expect(task.draw(question, { prediction: [4, 5, 0, 0] })).toBe('de');
    expect(task.examine(question)).toEqual({});
    expect(task.puzzleClass([1, 2, 0])).toBe(task.puzzleClass([1, 2]));
    expect([task.verify, task.augment, task.generate, task.grid]).toEqual([undefined, undefined, undefined, undefined]);
    expect(task.answerPadding).toBe('learned');
    expect(defineTask(task).draw(question, {})).toBe('abc');
  });

  it('removes padding at the end, and only there, before it calls a function of the definition', () => {
    const seen: number[][] = [];
    const see = (...tokens: (ArrayLike<number> | undefined)[]) =>
      seen.push(...tokens.map((one) => Array.from(one ?? [])));
    const task = defineTask({
      ...minimal,
      decode: (tokens) => `${see(tokens)}`,
      draw: (question, { prediction, answer }) => `${see(question, prediction, answer)}`,
      verify: (question, answer) => (see(question, answer) > 0 ? VALID : invalid('')),
      examine: (question) => ({ note: `${see(question)}` }),
      puzzleClass: (question) => `${see(question)}`,
      picture: (tokens) => ({ style: 'symbols', rows: [[`${see(tokens)}`]] }),
    });
    const padded = Int32Array.of(1, 0, 2, 0);
    task.decode(padded);
    task.draw(padded, { prediction: padded, answer: padded });
    task.verify!(padded, padded);
    task.examine(padded);
    task.puzzleClass(padded);
    task.picture!(padded);
    expect(seen).toEqual(Array.from({ length: 9 }, () => [1, 0, 2]));
    task.decode([0, 0]);
    expect(seen.at(-1)).toEqual([]);
  });

  it('reads one question a line, and names the line and character of an error', () => {
    const task = tokensTask({ seqLen: 4, alphabet: 'ab' });
    const lines = ['ab', '', '  ', 'ba'];
    expect([...task.readLines(lines)]).toEqual([
      { line: 1, question: Int32Array.of(1, 2) },
      { line: 4, question: Int32Array.of(2, 1) },
    ]);
    const error = (() => {
      try {
        return [...task.readLines(['ab', 'axb'])];
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(PuzzleTextError);
    expect(error).toMatchObject({ line: 2, position: 1, message: 'Unexpected "x"; the characters are "ab".' });
  });

  it('checks what encode returns', () => {
    const task = defineTask(minimal);
    expect(() => task.encode('abcde')).toThrow('Expected at most 4 tokens; got 5.');
    expect(() => task.encode('a!')).toThrow(/letters: encode: token 1 is -63, expected 0 to 26/);
  });

  const promise = Promise.resolve();
  const random = new SeededRandom(0);
  it.each<[string, object, (task: Task) => unknown, RegExp]>([
    ['NaN as a token', { encode: () => [NaN] }, (task) => task.encode('a'), /letters: encode: token 0 is NaN/],
    ['no tokens', { encode: () => undefined }, (task) => task.encode('a'), /encode: expected a list .* got undefined/],
    ['no text', { decode: () => 5 }, (task) => task.decode([1]), /decode: expected text; got 5/],
    ['no drawing', { draw: () => undefined }, (task) => task.draw([1], {}), /draw: expected text; got undefined/],
    ['no verdict', { verify: () => undefined }, (task) => task.verify!([1], [1]), /verify: expected VALID or invalid/],
    ['a boolean', { verify: () => true }, (task) => task.verify!([1], [1]), /verify: expected VALID .* got true/],
    ['a promise', { verify: () => promise }, (task) => task.verify!([1], [1]), /got a promise; .* cannot be async/],
    ['an examination as a promise', { examine: () => promise }, (task) => task.examine([1]), /examine: .* a promise/],
    ['a class that is no text', { puzzleClass: () => ({}) }, (task) => task.puzzleClass([1]), /puzzleClass: expected text/],
    ['no example', { generate: () => undefined }, (task) => task.generate!(random), /generate: .* got undefined/],
    ['an example as a promise', { generate: () => promise }, (task) => task.generate!(random), /generate: .* a promise/],
    ['a token out of range', { generate: () => ({ input: [27], output: [] }) }, (task) => task.generate!(random), /generate: input: token 0 is 27/],
    ['a negative answer', { generate: () => ({ input: [1], output: [-1] }) }, (task) => task.generate!(random), /generate: output: token 0 is -1/],
    ['a line that is none', { readLines: () => [{ question: [1] }] }, (task) => task.readLines(['a']), /readLines: .* their lines/],
    ['a wrong question', { readLines: () => [{ line: 1, question: [99] }] }, (task) => task.readLines(['a']), /question 0: token 0 is 99/],
    ['a long example', { generate: () => ({ input: [1, 1, 1, 1, 1], output: [] }) }, (task) => task.generate!(random), /input: expected at most 4 tokens; got 5/],
  ])('names the function that returns %s', (_, fault, call, message) => {
    expect(() => call(defineTask({ ...minimal, ...fault }))).toThrow(TaskError);
    expect(() => call(defineTask({ ...minimal, ...fault }))).toThrow(message);
  }); // prettier-ignore

  it('names the function that throws, once', () => {
    const verify = () => {
      throw new TypeError('no sum');
    };
    // A task of a module is defined twice: by the module, and by the program that imports it.
    const task = defineTask(defineTask({ ...minimal, verify }));
    expect(() => task.verify!([1], [1])).toThrow(/^letters: verify: no sum$/);
  });

  it.each<[string, object, RegExp]>([
    [
      'an unknown member',
      { ...minimal, verfy: () => VALID },
      /"letters": verfy is not known; expected name, vocabSize/,
    ],
    ['no name', { ...minimal, name: ' ' }, /name: expected words; got " "/],
    ['no decode', { ...minimal, decode: undefined }, /decode: expected a function; got undefined/],
    ['a wrong optional member', { ...minimal, verify: true }, /verify: expected a function; got true/],
    ['a length of 0', { ...minimal, seqLen: 0 }, /seqLen: expected a whole number from 1; got 0/],
    ['no room for a token', { ...minimal, vocabSize: 1 }, /vocabSize: expected a whole number from 2.*; got 1/],
    ['a grid of another size', { ...minimal, grid: { rows: 3, columns: 2 } }, /grid: expected rows and columns of 4/],
    ['unknown padding', { ...minimal, answerPadding: 'none' }, /answerPadding: expected "learned" or "ignored"/],
    ['nothing', null as unknown as object, /expected an object with name/],
  ])('refuses %s', (_name, definition, message) => {
    expect(() => defineTask(definition as TaskDefinition)).toThrow(RangeError);
    expect(() => defineTask(definition as TaskDefinition)).toThrow(message);
  });
});

describe('tokensTask', () => {
  it('takes numbers without an alphabet, and characters with one', () => {
    const numbers = tokensTask({ seqLen: 4, vocabSize: 12 });
    expect(Array.from(numbers.encode('1, 11 0'))).toEqual([1, 11, 0]);
    expect(numbers.decode([1, 0, 11, 0])).toBe('1 0 11');
    const characters = tokensTask({ seqLen: 4, alphabet: 'añ😀' });
    expect(characters.vocabSize).toBe(4);
    expect(Array.from(characters.encode('😀añ'))).toEqual([3, 1, 2]);
    expect(characters.decode([3, 0, 2, 0])).toBe('😀·ñ');
  });

  it.each<[string, Parameters<typeof tokensTask>[0], RegExp]>([
    ['no vocabulary', { seqLen: 4 }, /tokens: vocabSize: expected a whole number from 2; got undefined/],
    ['no length', { alphabet: 'ab' } as never, /tokens: seqLen: expected a whole number from 1; got undefined/],
    ['an empty alphabet', { seqLen: 4, alphabet: '' }, /alphabet: expected a text/],
    ['a repeated character', { seqLen: 4, alphabet: 'aba' }, /alphabet: "a" occurs twice/],
    ['another vocabulary', { seqLen: 4, alphabet: 'ab', vocabSize: 5 }, /vocabSize: expected 3, .*; got 5/],
    ['another option', { seqLen: 4, vocabsize: 5 } as never, /tokens: vocabsize is not known; expected seqLen/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => tokensTask(options)).toThrow(RangeError);
    expect(() => tokensTask(options)).toThrow(message);
  });
});

describe('generateExamples', () => {
  const pairs = defineTask({
    ...minimal,
    seqLen: 2,
    generate: (random: SeededRandom) => {
      const input = [1 + random.integer(4), 1 + random.integer(4)];
      return { input, output: input.toReversed() };
    },
    // 12 and 21 are the same puzzle: 10 in all.
    puzzleClass: (question) => Array.from(question).sort().join(),
  });
  const classes = (examples: readonly { input: ArrayLike<number> }[]) =>
    examples.map(({ input }) => pairs.puzzleClass(input));

  it('draws all the different puzzles that there are, and the same for the same seed', () => {
    const all = generateExamples(pairs, { count: 10 });
    expect(new Set(classes(all)).size).toBe(10);
    expect(generateExamples(pairs, { count: 10 })).toEqual(all);
    expect(generateExamples(pairs, { count: 10, seed: 1 })).not.toEqual(all);
    const rest = generateExamples(pairs, { count: 4, seed: 1, exclude: all.slice(0, 6) });
    expect(classes(rest).sort()).toEqual(classes(all.slice(6)).sort());
  });

  it('says how many there are, and refuses a wrong count and a task that cannot generate', () => {
    expect(() => generateExamples(pairs, { count: 11 })).toThrow(
      'letters: only 10 different puzzles were found, expected 11',
    );
    const exclude = generateExamples(pairs, { count: 6 });
    expect(() => generateExamples(pairs, { count: 5, exclude })).toThrow(/only 4 .* expected 5 in addition to the 6/);
    expect(() => generateExamples(pairs, { count: 0 })).toThrow('count: expected a whole number from 1; got 0');
    expect(() => generateExamples(defineTask(minimal), { count: 1 })).toThrow('letters cannot be generated');
  });

  it("leaves it to the task's own generator, with its options", () => {
    const own = defineTask({
      ...minimal,
      generateExamples: ({ count, letter }) => Array(count).fill({ input: [count], output: [Number(letter)] }),
    });
    expect(generateExamples(own, { count: 2, letter: 5 })).toEqual(Array(2).fill({ input: [2], output: [5] }));
  });

  it.each<[string, unknown, string]>([
    ['no list', { input: [1], output: [1] }, 'expected a list of examples; got {"input":[1],"output":[1]}'],
    ['a promise', Promise.resolve([]), 'got a promise; the functions of a task cannot be async'],
    ['too few', [{ input: [1], output: [1] }], 'expected 2 examples; got 1'],
    ['no example', [{ input: [1], output: [1] }, null], 'example 1: expected an object with input and output'],
    ['a wrong token', Array(2).fill({ input: [1], output: [99] }), 'example 0: output: token 0 is 99, expected 0 to'],
  ])("checks what the task's own generator returns: %s", (_name, made, message) => {
    const own = defineTask({ ...minimal, generateExamples: () => made as never });
    expect(() => generateExamples(own, { count: 2 })).toThrow(TaskError);
    expect(() => generateExamples(own, { count: 2 })).toThrow(message);
  });

  it('ends early if new puzzles have become rare, and shows progress', () => {
    let drawn = 0;
    const rare = defineTask({
      ...minimal,
      vocabSize: 60_000,
      // Each of the second 1,000 questions is a hundred times rarer than each of the first.
      generate: (random) => {
        drawn++;
        const input = [1 + random.integer(1000) + (random.integer(100) === 0 ? 1000 : 0)];
        return { input, output: input };
      },
    });
    expect(() => generateExamples(rare, { count: 50_000 })).toThrow(/only \d+ different .* expected 50000/);
    expect(drawn).toBeLessThan(200_000);
    // A search that can succeed goes on.
    const found: number[] = [];
    generateExamples(rare, { count: 1700, onProgress: (count) => found.push(count) });
    expect(found).toEqual(Array.from({ length: 1700 }, (_, k) => k + 1));
  });
});

it('makes data sets in which the padding of answers is learned, or ignored', () => {
  const examples = [{ input: [1, 2, 3], output: [1, IGNORED_LABEL] }];
  const labels = (answerPadding: 'learned' | 'ignored') => {
    const { metadata, sets } = buildDataset(examples, { vocabSize: 5, seqLen: 3, answerPadding });
    return [metadata.ignoreLabelId, ...sets['all']!.labels];
  };
  expect(labels('learned')).toEqual([IGNORED_LABEL, 1, IGNORED_LABEL, 0]);
  expect(labels('ignored')).toEqual([0, 1, 0, 0]);
});

it('names a wrong option of a task', () => {
  expect(() => expectTaskOptions('addition', { digits: 2.5 }, { digits: [1, 9] })).toThrow(
    'addition: digits: expected a whole number from 1 to 9; got 2.5',
  );
  expect(() => expectTaskOptions('parity', { digits: 2 }, {})).toThrow(
    'parity: digits is not known; it has no options',
  );
  expect(() => expectTaskOptions('addition', { digits: 9 }, { digits: [1, 9] })).not.toThrow();
});
