import { expectCompileArguments } from '../backend/expect-compile-arguments';
import type * as node from '../index';

/** `compile` for browsers. Browsers have no XLA, so it returns the function itself, as in Node on other backends. */
export const compile: typeof node.compile = (fn, options = {}) => {
  expectCompileArguments(fn, options);
  const { name = fn.name || 'function' } = options;
  type Result = ReturnType<typeof fn>;
  const compiled = (...args: unknown[]): Result => fn(...args) as Result;
  return Object.defineProperties(compiled, {
    name: { value: name },
    together: { value: (calls: readonly unknown[][]) => calls.map((args) => compiled(...args)) },
    recordings: { value: 0 },
    dispose: { value: () => {} },
    [Symbol.dispose]: { value: () => {} },
  }) as node.Compiled<typeof fn>;
};
