import { PuzzleTextError, textRows, type TaskDefinition } from '@hrm/data';

/**
 * Text of a fixed number of characters, one for each token; spaces and line breaks do not count.
 *
 * @param options `alphabet`: the character of token 1, of token 2, ...; `expected`: what the text is, for errors;
 *   `columns`: the width of a board, whose rows are written apart; default: there are no rows.
 */
export function fixedText(options: {
  alphabet: string;
  length: number;
  expected: string;
  columns?: number;
}): Pick<TaskDefinition, 'vocabSize' | 'seqLen' | 'grid' | 'encode' | 'decode' | 'picture'> {
  const { alphabet, length, expected, columns } = options;
  const isRowStart = (cell: number) => columns !== undefined && cell > 0 && cell % columns === 0;
  return {
    vocabSize: alphabet.length + 1,
    seqLen: length,
    ...(columns && {
      grid: { rows: length / columns, columns },
      picture: (tokens: ArrayLike<number>) => ({
        style: 'symbols' as const,
        rows: textRows(
          Array.from({ length }, (_, cell) => alphabet[(tokens[cell] ?? 0) - 1] ?? ''),
          columns,
        ),
      }),
    }),
    encode: (text) => {
      const tokens: number[] = [];
      for (let position = 0; position < text.length; position++) {
        const character = text[position]!;
        if (/\s/.test(character)) continue;
        const index = alphabet.indexOf(character);
        if (index < 0) {
          const unexpected = `Unexpected ${JSON.stringify(character)}; the characters are ${JSON.stringify(alphabet)}.`;
          throw new PuzzleTextError(unexpected, position);
        }
        tokens.push(index + 1);
      }
      if (tokens.length === length) return tokens;
      throw new PuzzleTextError(`Expected ${expected}; got ${tokens.length}.`);
    },
    decode: (tokens) =>
      Array.from(tokens, (token, cell) => (isRowStart(cell) ? ' ' : '') + (alphabet[token - 1] ?? '·')).join(''),
  };
}
