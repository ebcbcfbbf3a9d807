import type { Task } from '@hrm/data';

const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

/** Draws a board, one line for each row. '!' follows a wrong cell; with colours, it is red. */
export function drawBoard(
  symbols: readonly string[],
  options: { columns: number; wrong?: Iterable<number>; color?: boolean | undefined },
): string {
  const wrong = new Set(options.wrong);
  const lines: string[] = [];
  for (let start = 0; start < symbols.length; start += options.columns) {
    const cells = symbols.slice(start, start + options.columns).map((symbol, column) => {
      if (!wrong.has(start + column)) return `${symbol} `;
      return options.color ? `${RED}${symbol}!${PLAIN}` : `${symbol}!`;
    });
    lines.push(cells.join('').trimEnd());
  }
  return lines.join('\n');
}

/** Draws a task on a board whose tokens 1, 2, ... have symbols: the prediction, or else the question. */
export const drawSymbols =
  (symbols: string, columns: number, verify: NonNullable<Task['verify']>): Task['draw'] =>
  (question, { prediction, color }) => {
    const cells = Array.from(prediction ?? question, (token) => symbols[token - 1] ?? '?');
    return drawBoard(cells, { columns, wrong: prediction && verify(question, prediction).wrongCells, color });
  };
