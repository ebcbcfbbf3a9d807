import type { PuzzleText } from './read-puzzles';

/** Whether a value is one cell. A longer text is a row, or a whole puzzle. */
const isCell = (value: unknown) => !Array.isArray(value) && !(typeof value === 'string' && value.length > 1);

/** Nested arrays as lines: a row or a whole puzzle each, with an empty line after each grid of a list. */
function linesOf(value: unknown): string {
  if (!Array.isArray(value)) return String(value ?? '.');
  return value.every(isCell) ? value.map((cell) => String(cell ?? '.')).join('') : `${value.map(linesOf).join('\n')}\n`;
}

/**
 * Turns Sudokus in JSON into text: an array of cells, a grid of rows, or a list of such; 0 or null is blank. A row or a
 * whole puzzle may also be a text. Returns other text as it is.
 */
export function textFromJson(text: PuzzleText): PuzzleText {
  if (!text.content.trimStart().startsWith('[')) return text;
  try {
    return { ...text, content: linesOf(JSON.parse(text.content)) };
  } catch {
    return text;
  }
}
