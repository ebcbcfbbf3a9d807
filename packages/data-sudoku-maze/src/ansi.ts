/** The escape codes of the few styles that drawings use. */
const CODES = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** A text style of a terminal. */
export type Style = keyof typeof CODES;

/** The text in a style, for a terminal that knows ANSI escapes. */
export function styled(text: string, style: Style): string {
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
