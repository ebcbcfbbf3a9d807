import { FileFormatError } from '@hrm/files';
import { parseJson } from '@hrm/files/internal';
import { type FileRow, missingColumn, type RowReader } from './example-rows';
import { readTextPieces } from './utf8-text';

/** The first key that a JSON object has twice. `JSON.parse` hides all but the last. */
function repeatedKey(json: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  let text = '';
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:]/g)) {
    if (token.startsWith('"')) text = token;
    else if (token === ':' && depth === 1) {
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    } else if (token === '{' || token === '[') depth++;
    else if (token !== ':') depth--;
  }
  return undefined;
}

/** Whether a key may be there twice. Few lines need the slower search. */
const mayRepeat = (json: string, name: string) => {
  const quoted = JSON.stringify(name);
  return json.includes('\\u') || json.indexOf(quoted) !== json.lastIndexOf(quoted);
};

function parseLine(path: string, line: number, json: string): { readonly [key: string]: unknown } {
  const expected = 'an object on each line, such as {"input": "1+2", "output": "3"}';
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    const isList = line === 1 && json.startsWith('[');
    const problem = isList ? 'the file is one list' : `it is not JSON: ${(cause as Error).message}`;
    throw new FileFormatError({ path, line, problem, expected, cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FileFormatError({ path, line, problem: 'it is not a JSON object', expected });
}

/** Reads the rows of a JSONL file: a JSON object on each line. Skips empty lines. */
export const readJsonLineRows: RowReader = async function* ({ path, columns, needed, maxRowBytes }) {
  const names = Object.values(columns);
  for await (const piece of readTextPieces(path, maxRowBytes)) {
    const rows: FileRow[] = [];
    let line = piece.line - 1;
    for (const text of piece.text.split('\n')) {
      line++;
      const json = text.trim();
      if (json === '') continue;
      const value = parseLine(path, line, json);
      if (names.some((name) => mayRepeat(json, name))) {
        const key = repeatedKey(json);
        const problem = `the key ${JSON.stringify(key)} appears twice`;
        if (key !== undefined) throw new FileFormatError({ path, line, problem, expected: 'each key once' });
      }
      const field = (name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
      const missing = needed.find((column) => field(columns[column]) === undefined);
      if (missing !== undefined) throw missingColumn(path, columns[missing], Object.keys(value), line);
      const { input, output, id, rating } = columns;
      rows.push({ line, input: field(input), output: field(output), id: field(id), rating: field(rating) });
    }
    yield rows;
  }
};
