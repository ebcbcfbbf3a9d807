import { FileFormatError } from './file-format-error';

/**
 * The object that a JSON text holds.
 *
 * @param text as text, or as its bytes in UTF-8.
 * @param options `path` names the file in errors, and `what` the text in it. Default: `the file`.
 * @throws {@link FileFormatError} where it is no JSON, or JSON of something else.
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
    value = JSON.parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw new FileFormatError({ path, problem: `${what} is no JSON: ${(cause as Error).message}`, expected, cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FileFormatError({ path, problem: `${what} is no object`, expected });
}
