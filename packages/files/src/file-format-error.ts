/** What a {@link FileFormatError} says about a file. */
export interface FileFormatProblem {
  /** What was wrong, as a clause: `'the header is cut short'`. */
  readonly problem: string;
  /** What was expected instead, as a noun phrase, with the fix where there is one. */
  readonly expected?: string;
  /** The file, where the caller told its name. */
  readonly path?: string;
  /** The byte at which reading failed, counted from 0. */
  readonly offset?: number;
  /** The line at which reading failed, counted from 1 (text files). */
  readonly line?: number;
  /** The lower-level error behind this one. */
  readonly cause?: unknown;
}

/**
 * A file is not what its reader can trust: the one error that every reader of this package throws, whatever the bytes.
 *
 * Its message names the file, the place, what was wrong and what was expected; the same facts are its properties.
 *
 * @example
 * ```ts
 * import { FileFormatError, parseSafetensors } from '@hrm/files';
 *
 * try {
 *   parseSafetensors(new Uint8Array(4), { path: 'weights.safetensors' });
 * } catch (error) {
 *   if (!(error instanceof FileFormatError)) throw error;
 *   console.log(error.path, error.problem, error.expected);
 * }
 * ```
 */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError';
  readonly problem: string;
  readonly expected: string | undefined;
  readonly path: string | undefined;
  readonly offset: number | undefined;
  readonly line: number | undefined;

  constructor({ problem, expected, path, offset, line, cause }: FileFormatProblem) {
    const places = [
      path,
      line === undefined ? undefined : `line ${line}`,
      offset === undefined ? undefined : `byte ${offset}`,
    ];
    const place = places.filter((part) => part !== undefined).join(', ');
    super(
      `${place === '' ? '' : `${place}: `}${problem}${expected === undefined ? '' : `; expected ${expected}`}`,
      cause === undefined ? undefined : { cause },
    );
    this.problem = problem;
    this.expected = expected;
    this.path = path;
    this.offset = offset;
    this.line = line;
  }
}

/** A name from a file as a message shows it: quoted, escaped, and cut where it is long, for files may lie at length. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
