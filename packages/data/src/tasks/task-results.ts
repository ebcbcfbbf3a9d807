import { IGNORED_LABEL } from '../tokens';
import { PuzzleTextError } from './puzzle-text-error';
import type { Examination, QuestionInText, TaskDefinition, TaskExample, TaskPicture, TaskSymmetry } from './task';
import { TaskError } from './task-error';
import type { Verdict } from './verdict';

const PICTURE_STYLES: readonly TaskPicture['style'][] = ['digits', 'maze', 'colours', 'symbols'];

const described = (value: unknown): string => {
  if (value instanceof Promise) return 'a promise; the functions of a task cannot be async';
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
};

/** The functions of a task are often the user's own: these checks name the task and the function that is wrong. */
export function taskResults({ name, vocabSize, seqLen }: TaskDefinition) {
  const fail = (member: string, expected: string, value: unknown): never => {
    throw new TaskError(`${name}: ${member}: expected ${expected}; got ${described(value)}`);
  };
  const tokens = (member: string, value: unknown, isToken = (token: number) => token >= 0 && token < vocabSize) => {
    const isList =
      typeof value === 'object' && value !== null && Number.isInteger((value as { length?: unknown }).length);
    if (!isList) return fail(member, 'a list of tokens', value);
    const list = Array.from(value as ArrayLike<number>);
    const wrong = list.findIndex((token) => !Number.isInteger(token) || !isToken(token));
    if (wrong < 0) return list;
    throw new TaskError(`${name}: ${member}: token ${wrong} is ${list[wrong]}, expected 0 to ${vocabSize - 1}`);
  };
  const short = (member: string, list: ArrayLike<number>): void => {
    if (list.length > seqLen) fail(member, `at most ${seqLen} tokens`, list.length);
  };
  const example = (value: TaskExample, member = 'generate'): TaskExample => {
    if (typeof value !== 'object' || value === null || value instanceof Promise) {
      return fail(member, 'an object with input and output', value);
    }
    short(`${member}: input`, tokens(`${member}: input`, value.input));
    const isLabel = (token: number) => (token >= 0 && token < vocabSize) || token === IGNORED_LABEL;
    short(`${member}: output`, tokens(`${member}: output`, value.output, isLabel));
    return value;
  };
  /** Calls a function of the task. Its errors get its name, except those of `refusals`: it says what is wrong. */
  const call = <Result>(member: string, body: () => Result, refusals: readonly (typeof RangeError)[] = []): Result => {
    try {
      return body();
    } catch (error) {
      const isNamed = error instanceof TaskError || error instanceof PuzzleTextError;
      if (isNamed || refusals.some((refusal) => error instanceof refusal)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new TaskError(`${name}: ${member}: ${message}`, { cause: error });
    }
  };
  return {
    call,
    text: (member: string, value: unknown): string => (typeof value === 'string' ? value : fail(member, 'text', value)),
    question: (member: string, value: unknown): Int32Array => Int32Array.from(tokens(member, value)),
    questions: (value: readonly QuestionInText[]): QuestionInText[] =>
      value.map((found, index) => {
        if (!Number.isInteger(found?.line)) return fail('readLines', 'questions with their lines', found);
        const question = Int32Array.from(tokens(`readLines: question ${index}`, found.question));
        short(`readLines: question ${index}`, question);
        return { line: found.line, question };
      }),
    example,
    examples(value: TaskExample[], count: number): TaskExample[] {
      if (!Array.isArray(value)) return fail('generateExamples', 'a list of examples', value);
      if (value.length !== count) fail('generateExamples', `${count} examples`, value.length);
      value.forEach((each, index) => example(each, `generateExamples: example ${index}`));
      return value;
    },
    /** The symmetry, with checks of what its functions return. They get all tokens, also padding at the end. */
    symmetry(value: TaskSymmetry): TaskSymmetry {
      const isSymmetry = typeof value?.apply === 'function' && typeof value.undo === 'function';
      if (!isSymmetry) return fail('symmetry', 'an object with the functions apply and undo', value);
      const checked = (member: 'apply' | 'undo') => (given: ArrayLike<number>) => {
        const list = tokens(`symmetry: ${member}`, call(`symmetry: ${member}`, () => value[member](given))); // prettier-ignore
        short(`symmetry: ${member}`, list);
        return Int32Array.from(list);
      };
      return { apply: checked('apply'), undo: checked('undo') };
    },
    cells(member: string, value: readonly number[]): readonly number[] {
      const isCell = (cell: number) => Number.isInteger(cell) && cell >= 0 && cell < seqLen;
      if (Array.isArray(value) && value.every(isCell)) return value;
      return fail(member, `cells from 0 to ${seqLen - 1}`, value);
    },
    picture(value: TaskPicture): TaskPicture {
      const isRow = (row: unknown) => Array.isArray(row) && row.every((cell) => typeof cell === 'string');
      const isPicture = PICTURE_STYLES.includes(value?.style) && Array.isArray(value.rows) && value.rows.every(isRow);
      return isPicture ? value : fail('picture', `style (${PICTURE_STYLES.join(', ')}) and rows of texts`, value);
    },
    verdict(value: Verdict): Verdict {
      const isVerdict = typeof value?.valid === 'boolean' && Array.isArray(value.wrongCells);
      return isVerdict ? value : fail('verify', 'VALID or invalid(reason)', value);
    },
    examination(value: Examination | undefined): Examination {
      if (value === undefined) return {};
      const isObject = typeof value === 'object' && value !== null && !(value instanceof Promise);
      return isObject ? value : fail('examine', 'an object with flaw, note or answer', value);
    },
  };
}
