import { describeValue } from './describe-value';

/**
 * Throws unless an option is a function that makes a part, such as `mixerBlock()`.
 *
 * @param option the owner and name of the option: `hrm: block`.
 * @param example what to write instead.
 * @throws TypeError if it is not a function.
 */
export function expectFactory(option: string, factory: unknown, example: string): void {
  if (typeof factory === 'function') return;
  throw new TypeError(
    `${option} is ${describeValue(factory)}, expected a function that makes it when the model is made, such as ${example}`,
  );
}

/**
 * Throws unless a part is an object with some methods. Functions are refused, because every JavaScript function has a
 * method `apply` that could be mistaken for a layer's.
 *
 * @param what the owner and name of the part: `ReasoningModule: the block`.
 * @throws TypeError if it is not.
 */
export function expectPart(what: string, part: unknown, methods: readonly string[]): void {
  const isObject = typeof part === 'object' && part !== null;
  const missing = methods.filter(
    (name) => !isObject || typeof (part as { [name: string]: unknown })[name] !== 'function',
  );
  if (missing.length === 0) return;
  const expected = `an object with ${methods.length > 1 ? 'the methods' : 'a method'} ${methods.join(', ')}`;
  const hint =
    typeof part === 'function' ? '; did you forget to call it?' : isObject ? ` (${missing.join(', ')} is missing)` : '';
  throw new TypeError(`${what} is ${describeValue(part)}, expected ${expected}${hint}`);
}
