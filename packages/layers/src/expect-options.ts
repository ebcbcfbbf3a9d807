/**
 * Throws if an options object holds a name that is not known, such as a misspelled one: what a config file says must not
 * be passed over in silence. For parts of your own as well.
 *
 * @param owner named in the error.
 * @throws RangeError naming what is not known, and what is.
 *
 * @example
 * ```ts
 * import { expectOptions } from '@hrm/layers';
 *
 * try {
 *   expectOptions('myBlock', { width: 2 }, ['heads', 'expansion']);
 * } catch (error) {
 *   console.log((error as Error).message); // myBlock: there is no option "width", expected heads, expansion
 * }
 * ```
 */
export function expectOptions(owner: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(', ');
    throw new RangeError(
      `${owner}: there is no option ${names}, expected ${known.length > 0 ? known.join(', ') : 'none'}`,
    );
  }
}
