/** ANSI escape codes of the text styles. */
const CODES = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** A text style of a terminal. */
export type Style = keyof typeof CODES;

/** Wraps text in the ANSI escape codes of a style. */
export function styled(text: string, style: Style): string {
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
