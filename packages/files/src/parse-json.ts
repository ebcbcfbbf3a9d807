/** The deepest nesting of lists and objects. No file of ours comes near it. */
const MAX_DEPTH = 100;

const BYTE_ORDER_MARK = '\ufeff';

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** The bit by which `[` and `{` differ, and `]` and `}`. */
const LOWER_CASE = 0x20;

/** The deepest nesting of lists and objects in a JSON text. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      for (index++; index < text.length && text.charCodeAt(index) !== QUOTE; index++) {
        if (text.charCodeAt(index) === BACKSLASH) index++;
      }
    } else if ((code | LOWER_CASE) === 0x7b) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if ((code | LOWER_CASE) === 0x7d) depth--;
  }
  return deepest;
}

/**
 * Parses JSON as `JSON.parse` does, but skips a byte order mark and refuses a text whose lists and objects are nested more than 100 levels deep:
 * functions that call themselves for each level, such as `JSON.stringify`, fail on such values.
 *
 * @throws SyntaxError for other text.
 */
export function parseJson(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  // Some editors of Windows put it first.
  if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
  // The short texts that most files are cannot be nested so deep.
  const depth = text.length > 2 * MAX_DEPTH ? depthOf(text) : 0;
  if (depth > MAX_DEPTH) {
    throw new SyntaxError(`its lists and objects are nested ${depth} levels deep, expected at most ${MAX_DEPTH}`);
  }
  return JSON.parse(text, reviver) as unknown;
}
