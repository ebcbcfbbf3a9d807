/** The facts of a {@link FileFormatError}. */
export interface FileFormatProblem {
  /** What was wrong, as a clause: `'the header is cut short'`. */
  readonly problem: string;
  /** What was expected instead, as a noun phrase. With the fix, if there is one. */
  readonly expected?: string;
  /** The file, where the caller gave its name. */
  readonly path?: string;
  /** The byte at which reading failed, counted from 0. */
  readonly offset?: number;
  /** The line at which reading failed, counted from 1 (text files). */
  readonly line?: number;
  /** The lower-level error behind this one. */
  readonly cause?: unknown;
}

/**
 * The error of a file that cannot be read or trusted. Every reader of this package throws this error and no other.
 *
 * Its message names the file, the place, what was wrong and what was expected. The same facts are its properties.
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

/** A name from a file, for a message: quoted and escaped. A long name is cut, because a file may hold any text. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
