import { expect, it } from 'vitest';

/** How an exported function is called. */
export interface CallOf {
  /** Arguments of a call that works. */
  args: readonly unknown[];
  /** The index of the argument that holds options. Undefined: it takes none, or accepts other names on purpose. */
  options?: number;
}

/** What JavaScript itself says of a wrong argument, which tells a caller nothing. */
const RAW =
  /Cannot (read|destructure|set|convert|use 'in'|mix)|is not (a function|iterable|a constructor|defined|an object|extensible)|Invalid (array|typed array) length|Maximum call stack|Found non-callable/;

const WRONG = [undefined, null, 5, Number.NaN, 'text', {}, [], [null], () => 0, true];

/** Calls a function, and the first step of what it returns: a generator checks its arguments there. */
async function result(made: (...args: unknown[]) => unknown, args: readonly unknown[]): Promise<unknown> {
  try {
    const value = await made(...args);
    if (typeof value === 'object' && value !== null && 'next' in value) (value as Iterator<unknown>).next();
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Tests what a package exports: every function is in `calls`; a wrong argument gives an error that says what was wrong,
 * never one of JavaScript itself; and a misspelled option is refused.
 *
 * @param library the package's main module.
 * @param calls by name; `'data'` for an export that is not a function.
 */
export function testFailingCalls(
  library: object,
  calls: { readonly [name: string]: CallOf | 'tested elsewhere' },
): void {
  const functions = Object.entries(library).filter((entry): entry is [string, () => unknown] => {
    return typeof entry[1] === 'function';
  });

  it('every exported function has a call here', () => {
    expect(Object.keys(calls).sort()).toEqual(functions.map(([name]) => name).sort());
  });

  for (const [name, made] of functions) {
    const call = calls[name];
    if (!call || call === 'tested elsewhere') continue;
    const { args, options } = call;

    it(`${name} works, and says what is wrong with an argument`, async () => {
      expect(await result(made, args)).toBeUndefined();
      for (const [index, given] of args.entries()) {
        for (const wrong of WRONG) {
          const error = await result(made, args.with(index, wrong));
          const what = `${name}: argument ${index} is ${String(wrong)}, not ${String(given)}`;
          if (error !== undefined) expect(error, what).toBeInstanceOf(Error);
          expect(String(error), what).not.toMatch(RAW);
        }
      }
      expect(String(await result(made, [])), `${name}()`).not.toMatch(RAW);
    });

    if (options === undefined) continue;
    it(`${name} refuses an option that it does not know`, async () => {
      const misspelled = args.with(options, { ...(args[options] as object), misspelled: 1 });
      const error = await result(made, misspelled);
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toMatch(/misspelled.*expected \w/);
    });
  }
}
