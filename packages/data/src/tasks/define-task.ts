import type { SeededRandom } from '../seeded-random';
import { PAD_TOKEN } from '../tokens';
import { PuzzleTextError } from './puzzle-text-error';
import type { GenerateExamplesOptions, QuestionInText, Task, TaskDefinition } from './task';
import { taskResults } from './task-results';

type Tokens = ArrayLike<number>;

/** Every member of a definition and its type; `true` if required. The type demands a line for each member. */
const MEMBERS: { readonly [Key in keyof Required<TaskDefinition>]: readonly [type: string, required: boolean] } = {
  name: ['string', true],
  vocabSize: ['number', true],
  seqLen: ['number', true],
  encode: ['function', true],
  decode: ['function', true],
  readLines: ['function', false],
  draw: ['function', false],
  picture: ['function', false],
  verify: ['function', false],
  examine: ['function', false],
  augment: ['function', false],
  symmetry: ['function', false],
  openToken: ['number', false],
  conflicts: ['function', false],
  puzzleClass: ['function', false],
  generate: ['function', false],
  generateExamples: ['function', false],
  grid: ['object', false],
  answerPadding: ['string', false],
};

/** @throws RangeError that names the first wrong member. */
function expectDefinition(definition: TaskDefinition): void {
  const members = definition as unknown as { readonly [name: string]: unknown };
  if (typeof definition !== 'object' || definition === null) {
    throw new RangeError(`defineTask: expected an object with ${Object.keys(MEMBERS).join(', ')}`);
  }
  const label = typeof members['name'] === 'string' ? `defineTask: "${members['name']}": ` : 'defineTask: ';
  const expect = (valid: boolean, member: string, expected: string): void => {
    if (valid) return;
    const value = members[member];
    const got = typeof value === 'function' ? 'a function' : JSON.stringify(value);
    throw new RangeError(`${label}${member}: expected ${expected}; got ${got ?? 'undefined'}`);
  };
  for (const name of Object.keys(members)) {
    if (Object.hasOwn(MEMBERS, name)) continue;
    throw new RangeError(`${label}${name} is not known; expected ${Object.keys(MEMBERS).join(', ')}`);
  }
  for (const [name, [type, required]] of Object.entries(MEMBERS)) {
    const value = members[name];
    const isOfType = typeof value === type && value !== null;
    expect(isOfType || (!required && value === undefined), name, `a ${type}`.replace(/^a o/, 'an o'));
  }
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  expect(definition.name.trim() !== '', 'name', 'words');
  expect(isCount(definition.seqLen), 'seqLen', 'a whole number from 1');
  expect(
    isCount(definition.vocabSize) && definition.vocabSize >= 2,
    'vocabSize',
    'a whole number from 2: padding is 0',
  );
  const { grid, answerPadding, openToken, seqLen, vocabSize } = definition;
  const isOpenToken = openToken === undefined || (isCount(openToken) && openToken < vocabSize);
  expect(isOpenToken, 'openToken', `a token from 1 to ${vocabSize - 1}`);
  if (grid) {
    const fits = isCount(grid.rows) && isCount(grid.columns) && grid.rows * grid.columns === seqLen;
    expect(fits, 'grid', `rows and columns of ${seqLen} cells in all, which is seqLen`);
  }
  expect(
    answerPadding === undefined || ['learned', 'ignored'].includes(answerPadding),
    'answerPadding',
    '"learned" or "ignored"',
  );
}

/** The tokens without padding at their end. */
function withoutPadding(tokens: Tokens): Int32Array {
  const copy = Int32Array.from(tokens);
  let end = copy.length;
  while (end > 0 && copy[end - 1] === PAD_TOKEN) end--;
  return copy.subarray(0, end);
}

/** One question on each line that is not empty. */
function* questionPerLine(encode: Task['encode'], lines: readonly string[]): Generator<QuestionInText> {
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    try {
      yield { line: index + 1, question: encode(text) };
    } catch (error) {
      if (error instanceof PuzzleTextError) throw new PuzzleTextError(error.message, error.position, index + 1);
      throw error;
    }
  }
}

/**
 * Defines a task: a kind of puzzle with its own text, drawing and check. It checks the definition, fills in the
 * defaults, and hands tokens to the definition's functions without padding at their end.
 *
 * The functions of the result check what the definition's functions return, and throw a `TaskError` that names the one
 * that is wrong or failed. A question or an example has at most `seqLen` tokens of the vocabulary.
 *
 * @throws RangeError that names the wrong member, for a name that is not known, a missing function or a wrong size.
 *
 * @example
 * ```ts
 * import { defineTask, invalid, VALID } from '@hrm/data';
 *
 * // Letters in reverse: "abc" becomes "cba". The letter a is token 1.
 * const reversal = defineTask({
 *   name: 'words of up to 8 letters in reverse',
 *   vocabSize: 27,
 *   seqLen: 8,
 *   encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 96),
 *   decode: (tokens) => Array.from(tokens, (token) => String.fromCharCode(96 + token)).join(''),
 *   verify: (question, answer) =>
 *     Array.from(question).reverse().join() === Array.from(answer).join() ? VALID : invalid('not the word in reverse'),
 * });
 * const question = reversal.encode('abc');
 * console.log(reversal.draw(question, {}), reversal.verify?.(question, [3, 2, 1, 0, 0]).valid); // abc true
 * ```
 */
export function defineTask(definition: TaskDefinition): Task {
  expectDefinition(definition);
  const { seqLen, picture, verify, puzzleClass, readLines, generate, generateExamples, symmetry, conflicts } =
    definition;
  const results = taskResults(definition);
  const encode = (text: string): Int32Array => {
    const tokens = results.question(
      'encode',
      results.call('encode', () => definition.encode(text), [RangeError]),
    );
    if (tokens.length > seqLen) throw new PuzzleTextError(`Expected at most ${seqLen} tokens; got ${tokens.length}.`);
    return tokens;
  };
  const text = (member: string, body: () => string) => results.text(member, results.call(member, body));
  const decode = (tokens: Tokens) => text('decode', () => definition.decode(withoutPadding(tokens)));
  return {
    ...definition,
    encode,
    decode,
    readLines: readLines
      ? (lines) => results.questions(results.call('readLines', () => Array.from(readLines.call(definition, lines))))
      : (lines) => questionPerLine(encode, lines),
    draw: (question, { prediction, answer, color = false }) => {
      if (!definition.draw) return decode(prediction ?? question);
      const drawing = {
        ...(prediction && { prediction: withoutPadding(prediction) }),
        ...(answer && { answer: withoutPadding(answer) }),
        color,
      };
      return text('draw', () => definition.draw!(withoutPadding(question), drawing));
    },
    ...(picture && {
      picture: (tokens: Tokens) =>
        results.picture(results.call('picture', () => picture.call(definition, withoutPadding(tokens)))),
    }),
    ...(verify && {
      verify: (question: Tokens, answer: Tokens) => {
        const verified = () => verify.call(definition, withoutPadding(question), withoutPadding(answer));
        return results.verdict(results.call('verify', verified));
      },
    }),
    ...(symmetry && {
      symmetry: (random: SeededRandom) =>
        results.symmetry(results.call('symmetry', () => symmetry.call(definition, random))),
    }),
    ...(conflicts && {
      conflicts: (question: Tokens) =>
        results.cells(
          'conflicts',
          results.call('conflicts', () => conflicts.call(definition, withoutPadding(question))),
        ),
    }),
    ...(generate && {
      generate: (random: SeededRandom) =>
        results.example(results.call('generate', () => generate.call(definition, random))),
    }),
    ...(generateExamples && {
      generateExamples: (options: GenerateExamplesOptions) => {
        const generated = () => generateExamples.call(definition, options);
        // It refuses options by a RangeError.
        return results.examples(results.call('generateExamples', generated, [RangeError]), options.count);
      },
    }),
    examine: (question) =>
      results.examination(results.call('examine', () => definition.examine?.(withoutPadding(question)))),
    puzzleClass: (question) =>
      puzzleClass
        ? text('puzzleClass', () => puzzleClass.call(definition, withoutPadding(question)))
        : withoutPadding(question).join(),
    answerPadding: definition.answerPadding ?? 'learned',
  };
}
