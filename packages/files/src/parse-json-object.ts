import { FileFormatError } from './file-format-error';
import { parseJson } from './parse-json';

/**
 * Parses a JSON text that must hold an object.
 *
 * @param text the text, or its bytes in UTF-8.
 * @param options `path` names the file in errors; `what` names the text. Default: `the file`.
 * @throws {@link FileFormatError} where the text is not valid JSON, or holds something other than an object.
 *
 * @example
 * ```ts
 * import { parseJsonObject } from '@hrm/files';
 *
 * const { hiddenSize } = parseJsonObject('{ "hiddenSize": 128 }', { path: 'config.json', what: 'the config' });
 * console.log(hiddenSize); // 128
 * ```
 */
export function parseJsonObject(
  text: string | Uint8Array,
  { path, what = 'the file' }: { readonly path?: string | undefined; readonly what?: string } = {},
): { readonly [key: string]: unknown } {
  const expected = 'a JSON object';
  let value: unknown;
  try {
    value = parseJson(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw new FileFormatError({
      path,
      problem: `${what} is not valid JSON: ${(cause as Error).message}`,
      expected,
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FileFormatError({ path, problem: `${what} is not an object`, expected });
}
