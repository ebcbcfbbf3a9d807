import { expectFunction, expectOptions } from '@hrm/files/internal';
import type { CompileMode } from '../compile/compile-mode';

const OPTIONS = ['mode', 'name', 'verify', 'maxRecordings', 'onRecord'] as const;
const MODES = ['xla', 'graph', 'eager'] as const satisfies readonly CompileMode[];

/** Throws unless these can be the arguments of `compile`, in Node and in browsers. @throws TypeError, RangeError */
export function expectCompileArguments(fn: (...all: never[]) => unknown, options: { mode?: CompileMode }): void {
  expectFunction('compile', fn);
  expectOptions('compile', options, OPTIONS);
  const { mode = 'xla' } = options;
  if (!MODES.includes(mode)) {
    throw new RangeError(`compile: mode is ${JSON.stringify(mode)}, expected ${MODES.join(', ')}`);
  }
}
