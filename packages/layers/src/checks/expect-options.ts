import { RandomStream } from '../random/random-stream';
import { describeValue } from './describe-value';

const show = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none');

/** What a model passes to blocks, and a block to its feed-forward layer. */
const CONTEXT = ['hiddenSize', 'seqLen', 'rotary', 'random', 'isLast', 'expansion', 'innerSize'];

/**
 * Throws unless the options of a layer are an object with known names. The names of a context are allowed too, because
 * a layer may be made from a whole context: `new SwiGLU(context)`.
 *
 * @throws as {@link expectOptions}.
 */
export function expectLayerOptions(owner: string, options: object, known: readonly string[]): void {
  expectObject(owner, options, known);
  expectKnown(
    owner,
    Object.keys(options).filter((name) => !CONTEXT.includes(name)),
    known,
  );
}

function expectObject(owner: string, options: object, known: readonly string[]): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`${owner}: got ${describeValue(options)}, expected an object with options (${show(known)})`);
}

function expectKnown(owner: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new RangeError(`${owner}: there is no option ${quoted(unknown)}, expected ${show(known)}`);
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/**
 * Throws unless options are an object with known names only, so that a misspelled name is not ignored.
 *
 * @param owner the function or class that takes the options, for the message.
 * @throws TypeError for anything that is not an object, and for a factory that was passed on without being called.
 * @throws RangeError that lists the unknown and the known names.
 */
export function expectOptions(owner: string, options: object, known: readonly string[]): void {
  expectObject(owner, options, known);
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if ((options as { random?: unknown }).random instanceof RandomStream && unknown.includes('random')) {
    throw new TypeError(
      `${owner}: got ${quoted(unknown)}, which a model passes to its parts, expected options (${show(known)}); ` +
        `call it where you pass it to the model: ${owner}({ ... })`,
    );
  }
  expectKnown(owner, unknown, known);
}
