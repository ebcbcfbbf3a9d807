/** A question or an answer as a file has it: text, whole numbers, or the rows of a grid. All rows are equally long. */
export type RawSequence = string | readonly number[] | readonly (readonly number[])[];

/** What the questions and answers of a file are. */
export type RawKind = 'text' | 'numbers' | 'grid';

/** A question and its answer as a file has them. */
export interface RawExample {
  input: RawSequence;
  output: RawSequence;
  /** Examples with the same id are variants of one puzzle: an epoch shows one of them. Default: no variants. */
  id?: string | undefined;
  /** The line of the example in a text file, or its row in a Parquet file, from 1. */
  line?: number | undefined;
}

/** What a value of a file is, or why it is neither text, nor whole numbers, nor a grid. */
type Parsed = { kind: RawKind; value: RawSequence } | { problem: string; expected: string };

const isNumber = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31;

/** A value for an error message, shortened. It may be nested too deep for JSON. */
export function shownValue(value: unknown): string {
  let text: string;
  try {
    text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = 'nested too deep';
  }
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** The first value that is not a whole number of 32 bits. */
function problemOfNumbers(values: readonly unknown[], place: string): Parsed | undefined {
  const wrong = values.findIndex((value) => !isNumber(value));
  if (wrong < 0) return undefined;
  const expected = 'whole numbers from -2147483648 to 2147483647';
  return { problem: `element ${wrong + 1} of ${place} is ${shownValue(values[wrong])}`, expected };
}

function parseGrid(rows: readonly (readonly unknown[])[], name: string): Parsed {
  const columns = rows[0]!.length;
  for (const [index, row] of rows.entries()) {
    const place = `row ${index + 1} of the ${name}`;
    if (!Array.isArray(row))
      return { problem: `${place} is ${shownValue(row)}`, expected: 'a list in every row of a grid' };
    if (row.length !== columns) {
      return {
        problem: `${place} has ${row.length} cells, but row 1 has ${columns}`,
        expected: 'rows of equal length',
      };
    }
    const problem = problemOfNumbers(row, place);
    if (problem) return problem;
  }
  if (columns === 0) return { problem: `the rows of the ${name} are empty`, expected: 'at least one cell' };
  return { kind: 'grid', value: rows as readonly (readonly number[])[] };
}

/**
 * Checks that a value of a file is text, a list of whole numbers, or a grid.
 *
 * @param name how an error calls it: `input` or `output`.
 */
export function parseRawSequence(value: unknown, name: string): Parsed {
  if (typeof value === 'string') {
    // With the flag u, only halves without their other half match.
    if (!/\p{Surrogate}/u.test(value)) return { kind: 'text', value };
    return { problem: `the ${name} holds half a surrogate pair, which is no character`, expected: 'valid Unicode' };
  }
  if (Array.isArray(value)) {
    const values = value as readonly unknown[];
    if (Array.isArray(values[0])) return parseGrid(values as readonly (readonly unknown[])[], name);
    return problemOfNumbers(values, `the ${name}`) ?? { kind: 'numbers', value: values as readonly number[] };
  }
  const isBare = typeof value === 'number' || typeof value === 'bigint';
  const fix = isBare ? `, such as "${value}" or [${value}]` : '';
  return { problem: `the ${name} is ${shownValue(value)}`, expected: `text, a list of whole numbers or a grid${fix}` };
}
