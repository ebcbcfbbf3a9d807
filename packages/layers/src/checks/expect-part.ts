import { describeValue } from './describe-value';

/**
 * Throws unless an option is a function that makes a part, as `mixerBlock()` is.
 *
 * @param option what it is called, after its owner: `hrm: block`.
 * @param example what to write in its place.
 * @throws TypeError
 */
export function expectFactory(option: string, factory: unknown, example: string): void {
  if (typeof factory === 'function') return;
  throw new TypeError(
    `${option} is ${describeValue(factory)}, expected a function that makes it when the model is made, such as ${example}`,
  );
}

/**
 * Throws unless a part is an object with some methods. A function is none, although each has an `apply` of JavaScript's
 * own, which a layer's would be mistaken for.
 *
 * @param what the part is, after its owner: `ReasoningModule: the block`.
 * @throws TypeError
 */
export function expectPart(what: string, part: unknown, methods: readonly string[]): void {
  const isObject = typeof part === 'object' && part !== null;
  const missing = methods.filter(
    (name) => !isObject || typeof (part as { [name: string]: unknown })[name] !== 'function',
  );
  if (missing.length === 0) return;
  const expected = `an object with ${methods.length > 1 ? 'the methods' : 'a method'} ${methods.join(', ')}`;
  const hint =
    typeof part === 'function' ? '; was it to be called first?' : isObject ? ` (${missing.join(', ')} is missing)` : '';
  throw new TypeError(`${what} is ${describeValue(part)}, expected ${expected}${hint}`);
}
