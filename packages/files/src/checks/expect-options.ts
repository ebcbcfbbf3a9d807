import { describeGiven } from './describe-given';

/**
 * Throws unless options are an object with known names only, so that a misspelled name is not ignored.
 *
 * @param owner the function that takes the options, for the message.
 * @throws TypeError for anything that is not an object; RangeError that lists the unknown and the known names.
 */
export function expectOptions(owner: string, options: object, known: readonly string[]): void {
  const names = known.join(', ');
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner}: got ${describeGiven(options)}, expected an object with options (${names})`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const quoted = unknown.map((name) => `"${name}"`).join(', ');
  throw new RangeError(`${owner}: there is no option ${quoted}, expected ${names}`);
}
