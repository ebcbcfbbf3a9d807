import type * as node from '../index';

/** `compile` for browsers, where there is no XLA: the function itself, as in Node on any backend but the native one. */
export const compile: typeof node.compile = (fn, { name = fn.name || 'function' } = {}) => {
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
