import { RandomStream } from '../random/random-stream';
import { describeValue } from './describe-value';

const show = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none');

/** Throws unless options are an object at all; for layers, which take what a context holds beside what they need. */
export function expectOptionsObject(owner: string, options: object, known: readonly string[]): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`${owner}: got ${describeValue(options)}, expected an object with options (${show(known)})`);
}

/**
 * Throws unless options are an object that holds known names alone: what a config file or a program says must not be
 * passed over in silence, such as a misspelled name. For parts of your own as well.
 *
 * @param owner named in the error.
 * @throws TypeError for what is no object, and for a factory that was passed on where what it makes should have been.
 * @throws RangeError naming what is not known, and what is.
 */
export function expectOptions(owner: string, options: object, known: readonly string[]): void {
  expectOptionsObject(owner, options, known);
  const names = show(known);
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const quoted = unknown.map((name) => `"${name}"`).join(', ');
  if ((options as { random?: unknown }).random instanceof RandomStream && unknown.includes('random')) {
    throw new TypeError(
      `${owner}: got ${quoted}, which a model hands to a part of its own, expected options (${names}); ` +
        `call it where you pass it to the model: ${owner}({ ... })`,
    );
  }
  throw new RangeError(`${owner}: there is no option ${quoted}, expected ${names}`);
}
