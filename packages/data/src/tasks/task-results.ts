import { IGNORED_LABEL } from '../tokens';
import { PuzzleTextError } from './puzzle-text-error';
import type { Examination, TaskDefinition, TaskExample, TaskSymmetry } from './task';
import type { Verdict } from './verdict';

const described = (value: unknown): string => {
  if (value instanceof Promise) return 'a promise; the functions of a task cannot be async';
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
};

/** The functions of a task are often the user's own: these checks name the task and the function that is wrong. */
export function taskResults({ name, vocabSize, seqLen }: TaskDefinition) {
  const fail = (member: string, expected: string, value: unknown): never => {
    throw new RangeError(`${name}: ${member}: expected ${expected}; got ${described(value)}`);
  };
  const tokens = (member: string, value: unknown, isToken = (token: number) => token >= 0 && token < vocabSize) => {
    const isList =
      typeof value === 'object' && value !== null && Number.isInteger((value as { length?: unknown }).length);
    if (!isList) return fail(member, 'a list of tokens', value);
    const list = Array.from(value as ArrayLike<number>);
    const wrong = list.findIndex((token) => !Number.isInteger(token) || !isToken(token));
    if (wrong < 0) return list;
    throw new RangeError(`${name}: ${member}: token ${wrong} is ${list[wrong]}, expected 0 to ${vocabSize - 1}`);
  };
  const short = (member: string, list: readonly number[]): void => {
    if (list.length > seqLen) fail(member, `at most ${seqLen} tokens`, list.length);
  };
  /** Calls a function of the task. Errors of its own, other than of wrong input, get its name. */
  const call = <Result>(member: string, body: () => Result): Result => {
    try {
      return body();
    } catch (error) {
      if (error instanceof PuzzleTextError || error instanceof RangeError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      const place = `${name}: ${member}: `;
      // A definition may come from another task, which has named the function already.
      throw message.startsWith(place) ? error : new Error(`${place}${message}`, { cause: error });
    }
  };
  return {
    call,
    text: (member: string, value: unknown): string => (typeof value === 'string' ? value : fail(member, 'text', value)),
    question: (member: string, value: unknown): Int32Array => Int32Array.from(tokens(member, value)),
    example(value: TaskExample): TaskExample {
      if (typeof value !== 'object' || value === null || value instanceof Promise) {
        return fail('generate', 'an object with input and output', value);
      }
      short('generate: input', tokens('generate: input', value.input));
      const isLabel = (token: number) => (token >= 0 && token < vocabSize) || token === IGNORED_LABEL;
      short('generate: output', tokens('generate: output', value.output, isLabel));
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
