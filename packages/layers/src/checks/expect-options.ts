import { RandomStream } from '../random/random-stream';
import { describeValue } from './describe-value';

const show = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none');

/** Throws unless options are an object. Unknown names are allowed: layers are also made from a whole context. */
export function expectOptionsObject(owner: string, options: object, known: readonly string[]): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`${owner}: got ${describeValue(options)}, expected an object with options (${show(known)})`);
}

/**
 * Throws unless options are an object with known names only, so that a misspelled name is not ignored.
 *
 * @param owner the function or class that takes the options, for the message.
 * @throws TypeError for anything that is not an object, and for a factory that was passed on without being called.
 * @throws RangeError that lists the unknown and the known names.
 */
export function expectOptions(owner: string, options: object, known: readonly string[]): void {
  expectOptionsObject(owner, options, known);
  const names = show(known);
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const quoted = unknown.map((name) => `"${name}"`).join(', ');
  if ((options as { random?: unknown }).random instanceof RandomStream && unknown.includes('random')) {
    throw new TypeError(
      `${owner}: got ${quoted}, which a model passes to its parts, expected options (${names}); ` +
        `call it where you pass it to the model: ${owner}({ ... })`,
    );
  }
  throw new RangeError(`${owner}: there is no option ${quoted}, expected ${names}`);
}
